/**
 * A load of several dialogs at a time. Each sends numbers in order, the next only when the last was acknowledged, so that the result can be
 * checked exactly: each acknowledged number must be answered once, and in order.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import { until } from './bridge.ts';
import { type EventBot, privateMessageBody } from './event-bodies.ts';
import { answersIn, botTalk, isGreeting } from './talk.ts';

export interface NumberedTalk {
  /** Numbers acknowledged with 200 so far, over all dialogs. */
  acknowledged(): number;
  /** How often each status other than 200 was answered; 0 means no answer. */
  refusals(): ReadonlyMap<number, number>;
  /** Headers of the latest 503, if there was one. */
  lastUnavailable(): Headers | null;
  /** Resolves when that many more numbers have been acknowledged. */
  goOn(numbers: number): Promise<void>;
  /** Sends no new numbers; resolves when each dialog's last one has been acknowledged. */
  finish(): Promise<void>;
  /** Dialogs whose answers are not exactly the acknowledged numbers in order, with their actual answers. */
  faults(): string[];
  /** The faults of all dialogs, counted. */
  tally(): Tally;
  /** How often each dialog was greeted. */
  greetings(): number[];
}

export interface Tally {
  /** Acknowledged and never answered. */
  readonly lost: number;
  /** Answers that came a second time. */
  readonly doubled: number;
  /** Answers that came after a later one. */
  readonly outOfTurn: number;
}

export interface NumberedTalkOptions {
  readonly portal: SandboxPortal;
  readonly bot: EventBot;
  /** Called before each attempt; returns the address to post to. */
  readonly url: () => string;
  readonly dialogs: number;
  /** Milliseconds to wait after each acknowledged number. */
  readonly pauseMs?: number;
}

interface Dialog {
  readonly userId: number;
  last: number;
}

/** After this time a number that was not acknowledged is sent again, for example after a crash between commit and answer. */
const againMs = 20;
const attemptTimeoutMs = 60_000;

/** A number may take long while processes are being started again. */
const patienceMs = 120_000;

/** Starts sending at once. Message ids are far above the portal's own. */
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
      // The process is dead, or was killed during the request.
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
        await delay(againMs);
      }
      dialog.last = next;
      await delay(options.pauseMs ?? 0);
    }
  }

  const talking = Promise.all(dialogs.map(talk));

  const chatOf = (dialog: Dialog): number => portal.privateChatId(dialog.userId, bot.id) ?? 0;

  function faultOf(dialog: Dialog): string | null {
    const seen = answersIn(portal, chatOf(dialog));
    const wanted = Array.from({ length: dialog.last }, (_, index) => `№${index + 1}`);
    return seen.join() === wanted.join()
      ? null
      : `dialog ${dialog.userId}: wanted 1…${dialog.last}, saw ${seen.join()}`;
  }

  function tally(): Tally {
    let [lost, doubled, outOfTurn] = [0, 0, 0];
    for (const dialog of dialogs) {
      const seen = new Set<number>();
      let last = 0;
      for (const number of answersIn(portal, chatOf(dialog)).map((text) => Number(text.slice(1)))) {
        if (seen.has(number)) doubled += 1;
        else if (number < last) outOfTurn += 1;
        seen.add(number);
        last = Math.max(last, number);
      }
      lost += Array.from({ length: dialog.last }, (_, index) => index + 1).filter((number) => !seen.has(number)).length;
    }
    return { lost, doubled, outOfTurn };
  }

  const acknowledged = (): number => dialogs.reduce((sum, { last }) => sum + last, 0);

  return {
    tally,
    acknowledged,
    async goOn(numbers) {
      const wanted = acknowledged() + numbers;
      await until(() => acknowledged() >= wanted, patienceMs);
    },
    refusals: () => refused,
    lastUnavailable: () => unavailable,
    async finish() {
      isFinishing = true;
      await talking;
    },
    faults: () => dialogs.map(faultOf).filter((fault) => fault !== null),
    greetings: () =>
      dialogs.map((dialog) => botTalk(portal, chatOf(dialog)).filter(({ text }) => isGreeting(text)).length),
  };
}

const headers = { 'content-type': 'application/x-www-form-urlencoded' };
