/** Webhooks of MessageGateway, and how the connector reads them. */
import { messageGatewayBrain } from '../../../src/brains/messagegateway/messagegateway-brain.ts';
import type { BrainEvent, Reply } from '../../../src/core/events.ts';
import { mgConfig, unitTools } from '../messagegateway-unit.ts';

const noHttp = { send: () => Promise.reject(new Error('decode must not call')) };

export function decode(body: unknown, given: Record<string, unknown> = {}): readonly BrainEvent[] {
  const connection = { id: 'c', portal: 'p', config: mgConfig(given), webhookSecret: 's' };
  const connector = messageGatewayBrain.create(connection, unitTools(noHttp));
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return connector.decode({ body: bytes, receivedAt: new Date(), ingress: 'webhook' });
}

export function sent(data: Record<string, unknown>, given: Record<string, unknown> = {}): Reply {
  const [event] = decode({ type: 'message_sent', data: { id: 9, type: 'text', content: null, ...data } }, given);
  if (event?.type !== 'reply') throw new Error(`expected a reply, got ${JSON.stringify(event)}`);
  return event;
}

export const plainReply = { type: 'reply', buttons: [], cards: [], files: [], quoteOf: null, isInternal: false };
