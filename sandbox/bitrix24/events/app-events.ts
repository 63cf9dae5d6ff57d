/** Events about the app itself: installed, updated, uninstalled, payment. */
import type { AppRecord, Binding, PortalState } from '../state.ts';
import type { WireMap } from '../wire-format.ts';
import { buildQuery } from '../wire-format.ts';
import { type AuthKind, authBlock, bindingsFor, EVENT_DEPTH, send } from './envelope.ts';

export type AppEvent = 'ONAPPINSTALL' | 'ONAPPUPDATE' | 'ONAPPPAYMENT';

/** Sends an app event to every handler bound to it, with access and refresh token of the acting user. */
export function sendAppEvent(state: PortalState, event: AppEvent, data: WireMap, userId: number): void {
  if (state.app === null) return;
  const auth: AuthKind = event === 'ONAPPPAYMENT' ? 'without-refresh' : 'with-refresh';
  for (const binding of bindingsFor(state, state.app.clientId, event)) {
    send(state, { binding, data, cause: { userId, depth: EVENT_DEPTH }, auth, lane: 'app' });
  }
}

/** ONAPPUNINSTALL: no tokens, only the application_token. It is sent although the app has already been removed. */
export function sendUninstalled(
  state: PortalState,
  app: AppRecord,
  bindings: readonly Binding[],
  clean: boolean,
): void {
  for (const binding of bindings) {
    const body = buildQuery({
      event: 'ONAPPUNINSTALL',
      event_handler_id: binding.id,
      data: { LANGUAGE_ID: state.options.language, CLEAN: clean ? 1 : 0 },
      ts: Math.floor(state.now() / 1000),
      auth: authBlock(state, null, 'no-tokens', app.applicationToken),
    });
    state.queue.add({ event: 'ONAPPUNINSTALL', url: binding.handler, body, lane: 'app' });
  }
}
