/** The calls of one portal that wait for its budget: in which order they leave, and which of them leave together. No I/O, no clock. */
import { maxBatchCalls } from './batch.ts';

/** What the order of calls depends on. */
export interface WaitingCall {
  /** The call as written into a batch; null: it goes alone. */
  readonly command: string | null;
  /** `answer`: somebody waits for it. `change`: an edit or the like. */
  readonly urgency: 'answer' | 'change';
  /** Monotonic milliseconds. */
  readonly since: number;
}

/** A change is ranked as if it had come this much later, so that answers go first and changes still get their turn. */
const changeDelayMs = 5_000;

/** The most bytes that the commands of a batch have together: 50 messages of ordinary length have a tenth of it. */
const maxBatchBytes = 512 * 1024;

const rankOf = ({ urgency, since }: WaitingCall): number => since + (urgency === 'change' ? changeDelayMs : 0);

export class WaitingCalls<Call extends WaitingCall> {
  #calls: Call[] = [];

  get size(): number {
    return this.#calls.length;
  }

  /** Inserts the call behind those with the same rank or a lower one. */
  add(call: Call): void {
    const rank = rankOf(call);
    let at = this.#calls.length;
    while (at > 0 && rankOf(this.#calls[at - 1] as Call) > rank) at -= 1;
    this.#calls.splice(at, 0, call);
  }

  /** False if the call no longer waits. */
  remove(call: Call): boolean {
    const at = this.#calls.indexOf(call);
    if (at >= 0) this.#calls.splice(at, 1);
    return at >= 0;
  }

  /** Removes and returns the calls that meet the condition. */
  takeAll(condition: (call: Call) => boolean = () => true): Call[] {
    const taken = this.#calls.filter(condition);
    this.#calls = this.#calls.filter((call) => !taken.includes(call));
    return taken;
  }

  /** The smallest figure of any waiting call. */
  least(figure: (call: Call) => number): number {
    return this.#calls.reduce((least, call) => Math.min(least, figure(call)), Number.POSITIVE_INFINITY);
  }

  /**
   * Takes the calls of the next request: the first that may go, and those behind it that fit into the same batch. `isReady` is called at
   * most once per call; a call for which it returns true goes.
   */
  takeRound(most: number, isReady: (call: Call) => boolean): Call[] {
    const round: Call[] = [];
    let bytes = 0;
    for (const call of this.#calls) {
      if (round.length >= Math.min(most, maxBatchCalls)) break;
      const size = call.command === null ? Number.POSITIVE_INFINITY : call.command.length;
      const fits = round.length === 0 || bytes + size <= maxBatchBytes;
      if (!fits || !isReady(call)) continue;
      round.push(call);
      bytes += size;
    }
    for (const call of round) this.remove(call);
    return round;
  }
}
