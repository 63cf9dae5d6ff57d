/** Records which number was sent in which dialog and when, and which answers came: none may be missing, doubled or out of order. */
import { numberIn } from './event-form.ts';

interface Dialog {
  readonly said: Map<number, number>;
  last: number;
  readonly answered: Set<number>;
}

export interface Account {
  /** Messages the app acknowledged. */
  readonly acknowledged: number;
  readonly answered: number;
  readonly doubled: number;
  readonly outOfTurn: number;
  /** Milliseconds from when a message was due until its answer reached the portal; without an answer, until `now`. */
  readonly latencies: readonly number[];
}

export interface Ledger {
  /** The app acknowledged a message that was due at `at` (performance.now()). */
  acknowledged(portal: number, dialog: string, number: number, at: number): void;
  /** A bot's text arrived in the portal. */
  heard(portal: number, dialog: string, text: string): void;
  /** The result for the messages that were due from `since` on. */
  account(since?: number): Account;
}

export function createLedger(): Ledger {
  const dialogs = new Map<string, Dialog>();
  const messages: { readonly key: string; readonly number: number; readonly at: number }[] = [];
  const heardAt = new Map<string, number>();
  let doubled = 0;
  let outOfTurn = 0;

  function open(key: string): Dialog {
    const known = dialogs.get(key);
    if (known !== undefined) return known;
    const made: Dialog = { said: new Map(), last: 0, answered: new Set() };
    dialogs.set(key, made);
    return made;
  }

  return {
    acknowledged(portal, dialog, number, at) {
      messages.push({ key: `${portal}/${dialog}`, number, at });
    },
    heard(portal, dialog, text) {
      const number = numberIn(text);
      if (number === null) return;
      const key = `${portal}/${dialog}`;
      const known = open(key);
      if (known.answered.has(number)) doubled += 1;
      else if (number < known.last) outOfTurn += 1;
      known.answered.add(number);
      known.last = Math.max(known.last, number);
      const name = `${key}/${number}`;
      if (!heardAt.has(name)) heardAt.set(name, performance.now());
    },
    account(since = 0) {
      const now = performance.now();
      const counted = messages.filter(({ at }) => at >= since);
      const times = counted.map(({ key, number, at }) => ({ at, heard: heardAt.get(`${key}/${number}`) }));
      return {
        acknowledged: counted.length,
        answered: times.filter(({ heard }) => heard !== undefined).length,
        doubled,
        outOfTurn,
        latencies: times.map(({ at, heard }) => (heard ?? now) - at),
      };
    },
  };
}
