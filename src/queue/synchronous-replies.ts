/**
 * Webhooks whose response waits for the receipt of the message they brought. The receipt is a durable action of the outbox in any case: if
 * a request of this process still waits for it, it is sent as the response, otherwise it is delivered by a call.
 */
import type { ServerResponse } from 'node:http';
import type { Receipt } from '../core/actions.ts';
import type { ReplyWait } from '../core/connector.ts';

export interface SynchronousReplies {
  /** Starts to wait; call it before the message is stored, so that its receipt is not missed. */
  waitForReceipt(connectionId: string, wait: ReplyWait): SynchronousReply;
  /** True when a waiting request took the receipt and its response has left this process. Never rejects. */
  complete(connectionId: string, receipt: Receipt): Promise<boolean>;
}

export interface SynchronousReply {
  /** Null: the time is over, or the wait has ended. */
  readonly receipt: Promise<Receipt | null>;
  /** Call if the message had been stored before: the wait ends, unless another request waits for the same receipt. */
  markRepeated(): void;
  /** Call with the response that carries the receipt. */
  sendWith(response: ServerResponse): void;
  cancel(): void;
}

/** The largest number of requests that wait at once; beyond it, responses are sent without waiting. */
const maxWaiting = 500;
/** Receipts kept for webhooks that are repeated because their response was lost. */
const maxRemembered = 1_000;
/** How long a response may take to leave the process before the receipt is delivered by a call as well. */
const leaveWithinMs = 2_000;

interface Waiter {
  readonly take: (receipt: Receipt | null) => void;
  readonly sent: Promise<boolean>;
}

export function createSynchronousReplies(): SynchronousReplies {
  const waiting = new Map<string, Set<Waiter>>();
  const completed = new Map<string, Receipt>();
  let waitingCount = 0;

  function remember(key: string, receipt: Receipt): void {
    completed.set(key, receipt);
    const [oldest] = completed.keys();
    if (completed.size > maxRemembered && oldest !== undefined) completed.delete(oldest);
  }

  function hold(connectionId: string, { remoteMessageId, withinMs }: ReplyWait): SynchronousReply {
    const key = nameOf(connectionId, remoteMessageId);
    const known = completed.get(key);
    if (known !== undefined) return { ...noWait, receipt: Promise.resolve(known) };
    if (withinMs === 0 || waitingCount >= maxWaiting) return noWait;
    const others = waiting.get(key);
    const came = Promise.withResolvers<Receipt | null>();
    const left = Promise.withResolvers<boolean>();
    const waiter: Waiter = { take: came.resolve, sent: left.promise };
    waiting.set(key, (others ?? new Set()).add(waiter));
    waitingCount += 1;
    const leave = (): void => {
      clearTimeout(patience);
      const here = waiting.get(key);
      if (here?.delete(waiter) === true && here.size === 0) waiting.delete(key);
      came.resolve(null);
    };
    const patience = setTimeout(leave, withinMs);
    void came.promise.then(() => {
      waitingCount -= 1;
      clearTimeout(patience);
    });
    return {
      receipt: came.promise,
      markRepeated: () => void (others === undefined && leave()),
      sendWith(response) {
        if (response.destroyed) left.resolve(false);
        response.once('finish', () => left.resolve(true));
        response.once('close', () => left.resolve(false));
        setTimeout(() => left.resolve(false), leaveWithinMs).unref();
      },
      cancel: leave,
    };
  }

  return {
    waitForReceipt: hold,
    async complete(connectionId, receipt) {
      const key = nameOf(connectionId, receipt.remoteMessageId);
      const waiters = [...(waiting.get(key) ?? [])];
      if (waiters.length === 0) return false;
      waiting.delete(key);
      for (const { take } of waiters) take(receipt);
      const isSent = (await Promise.all(waiters.map(({ sent }) => sent))).every(Boolean);
      if (isSent) remember(key, receipt);
      return isSent;
    },
  };
}

/** A request that does not wait. */
const noWait: SynchronousReply = {
  receipt: Promise.resolve(null),
  markRepeated: () => {},
  sendWith: () => {},
  cancel: () => {},
};

function nameOf(connectionId: string, remoteMessageId: string): string {
  return `${connectionId} ${remoteMessageId}`;
}
