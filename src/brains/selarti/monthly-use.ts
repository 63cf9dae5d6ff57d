/**
 * Messages per calendar month (UTC) of a connection, over all processes. Every connector writes a row of its own, so no two write the same one;
 * the sum is at most half a minute behind what other processes have just sent.
 */
import { z } from 'zod';
import type { ConnectorState, Fact } from '../../core/connector-tools.ts';
import type { Clock } from '../../lib/clock.ts';
import { randomToken } from '../../lib/encryption.ts';

export interface Use {
  readonly sent: number;
  readonly received: number;
}

const useSchema = z.object({ sent: z.int().min(0), received: z.int().min(0) });

/** This month and the whole next one. */
const keepDays = 62;

/** Webhooks that are remembered so that a repetition is not counted; per process. */
const maxRemembered = 2_000;

export interface MonthlyUse {
  addSent(): Promise<void>;
  /** @param webhook what identifies it: a repetition is not counted */
  addReceived(webhook: string): Promise<void>;
  /** Of the current month. */
  total(): Promise<Use>;
}

export function createMonthlyUse(state: ConnectorState, clock: Pick<Clock, 'now'>): MonthlyUse {
  return new OwnRow(state, clock);
}

/** The sum of all rows of the current month. */
export async function readMonthlyUse(state: ConnectorState, now: Date): Promise<Use> {
  return sum(await state.list(prefixOf(now)));
}

function prefixOf(now: Date): string {
  return `use:${now.toISOString().slice(0, 7)}:`;
}

function sum(facts: readonly Fact[]): Use {
  let [sent, received] = [0, 0];
  for (const { value } of facts) {
    const use = useSchema.safeParse(value).data;
    sent += use?.sent ?? 0;
    received += use?.received ?? 0;
  }
  return { sent, received };
}

class OwnRow implements MonthlyUse {
  readonly #state: ConnectorState;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #name = randomToken(9);
  readonly #remembered = new Set<string>();
  #prefix = '';
  #sent = 0;
  #received = 0;
  /** Writes follow each other, so that an older sum never replaces a newer one. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(state: ConnectorState, clock: Pick<Clock, 'now'>) {
    this.#state = state;
    this.#clock = clock;
  }

  async addSent(): Promise<void> {
    this.#turnMonth();
    this.#sent += 1;
    await this.#write();
  }

  async addReceived(webhook: string): Promise<void> {
    if (this.#remembered.has(webhook)) return;
    this.#remembered.add(webhook);
    const [oldest] = this.#remembered;
    if (this.#remembered.size > maxRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    this.#turnMonth();
    this.#received += 1;
    await this.#write();
  }

  async total(): Promise<Use> {
    this.#turnMonth();
    const own = `${this.#prefix}${this.#name}`;
    const others = sum((await this.#state.recent(this.#prefix)).filter(({ key }) => key !== own));
    return { sent: others.sent + this.#sent, received: others.received + this.#received };
  }

  #turnMonth(): void {
    const prefix = prefixOf(this.#clock.now());
    if (prefix === this.#prefix) return;
    this.#prefix = prefix;
    [this.#sent, this.#received] = [0, 0];
  }

  async #write(): Promise<void> {
    const written = this.#writing.then(async () => {
      const use = { sent: this.#sent, received: this.#received };
      await this.#state.put(`${this.#prefix}${this.#name}`, use, keepDays);
    });
    // The next write comes after this one, also where it fails; whoever asked for it is told.
    this.#writing = written.catch(() => undefined);
    await written;
  }
}
