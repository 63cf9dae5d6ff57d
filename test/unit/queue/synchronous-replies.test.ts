import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/core/actions.ts';
import { createSynchronousReplies } from '../../../src/queue/synchronous-replies.ts';

const receipt = (remoteMessageId: string): Receipt => ({
  type: 'receipt',
  remoteMessageId,
  portalMessageId: '7',
  error: null,
});

const wait = (remoteMessageId: string, withinMs = 60_000) => ({ remoteMessageId, withinMs, answer: () => ({}) });

/** A response that leaves when the test says so. */
function openResponse(): { readonly response: ServerResponse; readonly end: (how: 'finish' | 'close') => void } {
  const emitter = Object.assign(new EventEmitter(), { destroyed: false });
  return { response: emitter as unknown as ServerResponse, end: (how) => void emitter.emit(how) };
}

describe('a webhook that waits for its receipt', () => {
  it('takes it, and the receipt counts as delivered once the answer has left', async () => {
    const replies = createSynchronousReplies();
    const reply = replies.waitForReceipt('c', wait('m'));
    const handed = replies.complete('c', receipt('m'));
    await expect(reply.receipt).resolves.toEqual(receipt('m'));
    const { response, end } = openResponse();
    reply.sendWith(response);
    end('finish');
    await expect(handed).resolves.toBe(true);
  });

  it('whose sender has gone leaves the receipt to be delivered apart', async () => {
    const replies = createSynchronousReplies();
    const reply = replies.waitForReceipt('c', wait('m'));
    const handed = replies.complete('c', receipt('m'));
    const { response, end } = openResponse();
    reply.sendWith(response);
    end('close');
    await expect(handed).resolves.toBe(false);
  });

  it('takes no receipt of another message or another connection', async () => {
    const replies = createSynchronousReplies();
    const reply = replies.waitForReceipt('c', wait('m'));
    await expect(replies.complete('c', receipt('n'))).resolves.toBe(false);
    await expect(replies.complete('d', receipt('m'))).resolves.toBe(false);
    reply.cancel();
    await expect(reply.receipt).resolves.toBeNull();
    await expect(replies.complete('c', receipt('m'))).resolves.toBe(false);
  });

  it('does not wait where it may not', async () => {
    const reply = createSynchronousReplies().waitForReceipt('c', wait('m', 0));
    await expect(reply.receipt).resolves.toBeNull();
  });

  it('waits no longer than it may', async () => {
    const reply = createSynchronousReplies().waitForReceipt('c', wait('m', 5));
    await expect(reply.receipt).resolves.toBeNull();
  });
});

describe('a webhook that is sent again', () => {
  it('does not wait alone: nobody will hand it a receipt any more', async () => {
    const reply = createSynchronousReplies().waitForReceipt('c', wait('m'));
    reply.markRepeated();
    await expect(reply.receipt).resolves.toBeNull();
  });

  it('waits beside the first one, and both are answered', async () => {
    const replies = createSynchronousReplies();
    const first = replies.waitForReceipt('c', wait('m'));
    const second = replies.waitForReceipt('c', wait('m'));
    second.markRepeated();
    const handed = replies.complete('c', receipt('m'));
    await expect(Promise.all([first.receipt, second.receipt])).resolves.toEqual([receipt('m'), receipt('m')]);
    for (const reply of [first, second]) {
      const { response, end } = openResponse();
      reply.sendWith(response);
      end('finish');
    }
    await expect(handed).resolves.toBe(true);
  });

  it('is answered with the receipt that left in the lost answer', async () => {
    const replies = createSynchronousReplies();
    const reply = replies.waitForReceipt('c', wait('m'));
    const handed = replies.complete('c', receipt('m'));
    const { response, end } = openResponse();
    reply.sendWith(response);
    end('finish');
    await handed;
    await expect(replies.waitForReceipt('c', wait('m')).receipt).resolves.toEqual(receipt('m'));
  });

  it('waits no more than 500 at a time; one that has left makes room', async () => {
    const replies = createSynchronousReplies();
    const held = Array.from({ length: 500 }, (_, at) => replies.waitForReceipt('c', wait(String(at))));
    await expect(replies.waitForReceipt('c', wait('one too many')).receipt).resolves.toBeNull();
    held[0]?.cancel();
    await held[0]?.receipt;
    const next = replies.waitForReceipt('c', wait('next'));
    const handed = replies.complete('c', receipt('next'));
    await expect(next.receipt).resolves.toEqual(receipt('next'));
    const { response, end } = openResponse();
    next.sendWith(response);
    end('finish');
    await expect(handed).resolves.toBe(true);
    for (const reply of held) reply.cancel();
  });
});
