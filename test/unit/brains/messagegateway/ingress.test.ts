/** What a stored message is decoded as depends on how it came in, never on what its sender put into it. */
import { describe, expect, it } from 'vitest';
import { messageGatewayBrain } from '../../../../src/brains/messagegateway/messagegateway-brain.ts';
import type { IngressKind } from '../../../../src/core/connector.ts';
import type { BrainEvent } from '../../../../src/core/events.ts';
import { mgConfig, mgPayload, unitTools } from '../../../support/messagegateway-unit.ts';

const noHttp = { send: () => Promise.reject(new Error('decode must not call')) };

function decode(ingress: IngressKind, body: unknown): readonly BrainEvent[] {
  const connection = { id: 'c', portal: 'p', config: mgConfig(), webhookSecret: 's' };
  const connector = messageGatewayBrain.create(connection, unitTools(noHttp));
  return connector.decode({ body: Buffer.from(JSON.stringify(body)), receivedAt: new Date(), ingress });
}

type Payload = { readonly type: string; readonly data: Record<string, unknown> };

const withData = (payload: unknown, data: Record<string, unknown>): Payload => {
  const known = payload as Payload;
  return { ...known, data: { ...known.data, ...data } };
};

const webhook = mgPayload('webhook-message-sent-user-text');
const commandFrame = mgPayload('ws-message-new-command') as { data: { message: object } };
const handover = withData(commandFrame, { message: { ...commandFrame.data.message, content: '/operator' } });
const failedFrame = withData(commandFrame, {
  message: { ...commandFrame.data.message, type: 'text', scope: 'public', status: 'failed' },
});
const showing = { what: 'new', customer: 'Анна', channel: 'WhatsApp', portalMessageId: null };
const message = { id: 7, chat_id: 3, type: 'text', scope: 'private', content: 'между нами' };

describe('a webhook', () => {
  const said = decode('webhook', webhook);

  it('is decoded as one', () => {
    expect(said).toMatchObject([{ type: 'reply', remoteMessageId: '22593', text: 'Hello!' }]);
  });

  it.each<readonly [string, Record<string, unknown>]>([
    ['a message for a group', { showing, message }],
    ['a frame about a dialog', { dialog: { id: 1 } }],
    ['a frame about a message', { message: failedFrame.data['message'] }],
  ])('that looks like %s is still the webhook it is', (_, data) => {
    expect(decode('webhook', withData(webhook, data))).toEqual(said);
  });

  it('cannot report a failure as the socket does', () => {
    expect(decode('webhook', { ...failedFrame, type: 'message_updated' })).toEqual([]);
  });

  it('is not read as a row of the console', () => {
    expect(() => decode('webhook', { console: { message, showing } })).toThrow('no message of MessageGateway');
  });
});

describe.each(['socket', 'catch_up'] as const)('a message of a listener (%s)', (ingress) => {
  it('is decoded as a frame', () => {
    expect(decode(ingress, handover)).toEqual([{ type: 'handover', note: null }]);
    expect(decode(ingress, failedFrame)).toMatchObject([{ type: 'reply_failed', remoteMessageId: '3374' }]);
  });

  it('that looks like a webhook says nothing to the customer', () => {
    expect(decode(ingress, webhook)).toEqual([]);
  });

  it('is not shown in a group because MessageGateway put our mark into its data', () => {
    expect(decode(ingress, withData(handover, { showing }))).toEqual([{ type: 'handover', note: null }]);
  });

  it('gives nothing over because MessageGateway put our mark into its data', () => {
    expect(decode(ingress, withData(commandFrame, { handover_tag: true, handoverTag: true }))).toEqual([]);
  });

  it('is shown in a group where the console stored it for one', () => {
    expect(decode(ingress, { console: { message, showing } })).toMatchObject([
      { type: 'reply', remoteMessageId: 'group:7', isInternal: true },
    ]);
  });
});
