/** Webhooks of MessageGateway: their receivers and their envelope. */
import type { Attempted, Webhook } from '../kit/webhook-sender.ts';
import type { WebhookOrder } from './state.ts';

/** What the record of an attempt contains besides request and answer. */
export interface WebhookAbout {
  readonly account: string;
  readonly moduleCode: string;
  readonly type: string;
}

export type WebhookRecord = Attempted & WebhookAbout;

/** The webhook for the channel's transport; null when its module has none that is active. */
export function webhookOf({ account, channelId, type, data }: WebhookOrder): Webhook<WebhookAbout> | null {
  const channel = account.channels.get(channelId);
  const module = channel === undefined ? undefined : account.modules.get(channel.moduleCode);
  if (module?.transport?.isActive !== true) return null;
  return {
    // Read only now, because the address may change while the webhook waits.
    get url(): string {
      return module.transport?.webhookUrl ?? '';
    },
    headers: { clientid: module.clientId, 'user-agent': 'MG/1.0' },
    body: { type, meta: { timestamp: Math.floor(Date.now() / 1000) }, data },
    about: { account: account.code, moduleCode: module.code, type },
  };
}
