/** The app actions that follow from an event of the app itself. */
import type { AppAction } from '../core/actions.ts';
import type { AppEvent } from '../core/events.ts';

export function toAppActions(event: AppEvent): readonly AppAction[] {
  switch (event.type) {
    case 'app_updated':
      return [{ type: 'set_up' }];
    case 'app_uninstalled':
      return [{ type: 'uninstall', clean: event.clean }];
    case 'app_payment':
      return [{ type: 'payment', expired: event.expired }];
    case 'bot_deleted':
      return [{ type: 'forget_bot', botId: event.botId }];
  }
}
