/**
 * A hostile load: several dialogs at a time, each saying numbers in order, the next only when the last was acknowledged. What
 * came of it can be judged exactly: each acknowledged number answered once, and in order.
 */
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { type EventBot, postEvent, privateMessageBody } from './event-bodies.ts';
import { answersIn } from './talk.ts';

export interface NumberedTalk {
  /** Numbers acknowledged with 200 so far, over all dialogs. */
  acknowledged(): number;
  /** Statuses other than 200 that were seen, with how often; 0 stands for no answer at all. */
  refusals(): ReadonlyMap<number, number>;
  /** Headers of the latest 503, if there was one. */
  lastUnavailable(): Headers | null;
  /** Stops saying new numbers; resolves when each dialog's last one has been acknowledged. */
  finish(): Promise<void>;
  /** Dialogs whose answers are not exactly the acknowledged numbers in order, with what was seen there instead. */
  faults(): string[];
  isComplete(): boolean;
}

export interface NumberedTalkOptions {
  readonly portal: SandboxPortal;
  readonly bot: EventBot;
  /** Asked anew before each attempt: where to post. */
  readonly url: () => string;
  readonly dialogs: number;
  /** Pause after each acknowledged number. */
  readonly pauseMs?: number;
}

interface Dialog {
  readonly userId: number;
  last: number;
}

/** A number that is not acknowledged is said again: also right after a crash that came between commit and answer. */
const againMs = 20;
const attemptTimeoutMs = 10_000;

/** Starts talking at once. Message ids are far above the portal's own. */
export function startNumberedTalk(options: NumberedTalkOptions): NumberedTalk {
  const { portal, bot } = options;
  const dialogs = Array.from({ length: options.dialogs }, (_, index): Dialog => {
    return { userId: portal.addEmployee({ name: `Считающий ${index}` }).id, last: 0 };
  });
  const refused = new Map<number, number>();
  let unavailable: Headers | null = null;
  let isFinishing = false;

  async function attempt(body: string): Promise<number> {
    try {
      const signal = AbortSignal.timeout(attemptTimeoutMs);
      const answer = await fetch(`${options.url()}/bitrix24/events`, { method: 'POST', body, signal, headers });
      await answer.arrayBuffer();
      if (answer.status === 503) unavailable = answer.headers;
      return answer.status;
    } catch {
      // The process is dead or was killed under the request.
      return 0;
    }
  }

  async function talk(dialog: Dialog): Promise<void> {
    while (!isFinishing) {
      const next = dialog.last + 1;
      const messageId = String(dialog.userId * 1_000_000 + next);
      const body = privateMessageBody(portal, bot, { userId: dialog.userId, messageId, text: `№${next}` });
      for (;;) {
        const status = await attempt(body);
        if (status === 200) break;
        refused.set(status, (refused.get(status) ?? 0) + 1);
        await pause(againMs);
      }
      dialog.last = next;
      await pause(options.pauseMs ?? 0);
    }
  }

  const talking = Promise.all(dialogs.map(talk));

  function faultOf(dialog: Dialog): string | null {
    const chatId = portal.privateChatId(dialog.userId, bot.id) ?? 0;
    const seen = answersIn(portal, chatId);
    const wanted = Array.from({ length: dialog.last }, (_, index) => `№${index + 1}`);
    return seen.join() === wanted.join()
      ? null
      : `dialog ${dialog.userId}: wanted 1…${dialog.last}, saw ${seen.join()}`;
  }

  const faults = (): string[] => dialogs.map(faultOf).filter((fault) => fault !== null);
  return {
    acknowledged: () => dialogs.reduce((sum, { last }) => sum + last, 0),
    refusals: () => refused,
    lastUnavailable: () => unavailable,
    async finish() {
      isFinishing = true;
      await talking;
    },
    faults,
    isComplete: () => faults().length === 0,
  };
}

const headers = { 'content-type': 'application/x-www-form-urlencoded' };

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One message said and acknowledged; fails when it is not. */
export async function sayOnce(
  url: string,
  portal: SandboxPortal,
  bot: EventBot,
  message: { readonly userId: number; readonly messageId: string; readonly text: string },
): Promise<void> {
  const answer = await postEvent(url, privateMessageBody(portal, bot, message));
  if (answer.status !== 200) throw new Error(`the event was answered with ${answer.status}`);
}
