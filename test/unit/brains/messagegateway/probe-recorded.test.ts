/** What the probe assumes, held against payloads of the vendor's own clients: what was recorded must not read as a difference. */
import { describe, expect, it } from 'vitest';
import * as lists from '../../../../src/brains/messagegateway/probe/assumed-lists.ts';
import { assumedStored } from '../../../../src/brains/messagegateway/probe/assumed-stored.ts';
import { compareObjects } from '../../../../src/cli/probe/compare-objects.ts';
import { compareStored } from '../../../../src/cli/probe/compare-stored.ts';
import { mgBytes, mgNames, mgPayload } from '../../../support/messagegateway-unit.ts';

const recorded = [
  ['bot-get-bots-response', lists.assumedBots],
  ['bot-get-chats-response', lists.assumedChats],
  ['bot-get-chats-by-customer-response', lists.assumedChats],
  ['bot-get-dialogs-response', lists.assumedDialogs],
  ['bot-get-messages-response', lists.assumedMessages],
  ['bot-get-messages-response-dialog-and-failed', lists.assumedMessages],
] as const;

const stored = mgNames('webhook-').concat(
  mgNames('ws-message-new'),
  mgNames('ws-message-updated'),
  mgNames('ws-dialog-'),
);

describe('the probe of MessageGateway', () => {
  it.each(recorded)('finds nothing new in the recording %s', (name, assumed) => {
    const body = mgPayload(name);
    expect(compareObjects(Array.isArray(body) ? body : [body], assumed).differences).toEqual([]);
  });

  it.each(stored.filter((name) => !name.includes('template') && !name.includes('opened')))(
    'finds nothing new in the stored message %s',
    (name) => {
      const ingress = name.startsWith('webhook') ? 'webhook' : 'socket';
      const message = { body: mgBytes(name), ingress, receivedAt: new Date(0) } as const;
      expect(compareStored([message], assumedStored).differences).toEqual([]);
    },
  );
});
