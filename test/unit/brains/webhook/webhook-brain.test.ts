import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { webhookBrain } from '../../../../src/brains/webhook/webhook-brain.ts';
import { noTools } from '../../../support/no-tools.ts';

const config = { origin: 'https://webhook.example', token: 'token-of-a-unit-test' };
const connector = webhookBrain.create({ id: 'c', portal: 'p', config, webhookSecret: 's' }, noTools());

describe('webhook', () => {
  it('reads a recorded webhook', async () => {
    const file = new URL('../../../fixtures/webhook/webhook-answer.json', import.meta.url);
    const body = Buffer.from(JSON.stringify(JSON.parse(readFileSync(file, 'utf8')).body));
    expect(await connector.receive?.({ headers: {}, query: {}, body })).toEqual({
      accept: [{ conversation: { ref: 'conversation-1' }, dedupeKey: 'answer-1', body }],
    });
    expect(connector.decode({ body, receivedAt: new Date(), ingress: 'webhook' })).toMatchObject([
      { type: 'reply', remoteMessageId: 'answer-1', text: 'Hello from Webhook' },
    ]);
  });
});
