/**
 * Messages per calendar month (UTC) of a connection, over all processes. Every process writes a row of its own, so no two write the same one;
 * the sum is at most half a minute behind what other processes have just sent.
 */
import { z } from 'zod';
import type { ConnectorState, Fact } from '../../core/connector-tools.ts';
import type { Clock } from '../../lib/clock.ts';
import { randomToken } from '../../lib/encryption.ts';
import { remember } from '../../lib/remember.ts';

export interface Use {
  readonly sent: number;
  readonly received: number;
}

const useSchema = z.object({ sent: z.int().min(0), received: z.int().min(0) });

/** How long a row is kept: this month and the whole next one. */
const keepDays = 62;

/** Most webhooks that a process remembers so that a repetition is not counted. */
const maxRemembered = 2_000;

export interface MonthlyUse {
  addSent(): Promise<void>;
  /** @param webhook the key of the webhook: a repetition is not counted */
  addReceived(webhook: string): Promise<void>;
  /** The use in the current month. */
  total(): Promise<Use>;
}

/** Most connections whose counts this process keeps; a dropped one goes on in a new row. */
const maxConnections = 10_000;

/** By connection: a connector that was idle or has changed is created anew, and goes on counting in the same row. */
const countsOf = new Map<string, Counts>();

/** All connectors that this process creates for a connection share their counts. */
export function monthlyUseOf(connectionId: string, state: ConnectorState, clock: Pick<Clock, 'now'>): MonthlyUse {
  const counts = countsOf.get(connectionId) ?? newCounts();
  remember(countsOf, connectionId, counts, maxConnections);
  return new OwnRow(state, clock, counts);
}

interface Counts {
  /** Last part of the row's key. */
  readonly name: string;
  readonly remembered: Set<string>;
  prefix: string;
  sent: number;
  received: number;
  /** Writes follow each other, so that an older sum never replaces a newer one. */
  writing: Promise<unknown>;
}

function newCounts(): Counts {
  return {
    name: randomToken(9),
    remembered: new Set(),
    prefix: '',
    sent: 0,
    received: 0,
    writing: Promise.resolve(),
  };
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
  readonly #counts: Counts;

  constructor(state: ConnectorState, clock: Pick<Clock, 'now'>, counts: Counts) {
    this.#state = state;
    this.#clock = clock;
    this.#counts = counts;
  }

  async addSent(): Promise<void> {
    this.#turnMonth();
    this.#counts.sent += 1;
    await this.#write();
  }

  async addReceived(webhook: string): Promise<void> {
    if (this.#counts.remembered.has(webhook)) return;
    this.#counts.remembered.add(webhook);
    const [oldest] = this.#counts.remembered;
    if (this.#counts.remembered.size > maxRemembered && oldest !== undefined) this.#counts.remembered.delete(oldest);
    this.#turnMonth();
    this.#counts.received += 1;
    await this.#write();
  }

  async total(): Promise<Use> {
    this.#turnMonth();
    const own = `${this.#counts.prefix}${this.#counts.name}`;
    const others = sum((await this.#state.recent(this.#counts.prefix)).filter(({ key }) => key !== own));
    return { sent: others.sent + this.#counts.sent, received: others.received + this.#counts.received };
  }

  #turnMonth(): void {
    const prefix = prefixOf(this.#clock.now());
    if (prefix === this.#counts.prefix) return;
    this.#counts.prefix = prefix;
    this.#counts.sent = 0;
    this.#counts.received = 0;
  }

  async #write(): Promise<void> {
    const written = this.#counts.writing.then(async () => {
      const use = { sent: this.#counts.sent, received: this.#counts.received };
      await this.#state.put(`${this.#counts.prefix}${this.#counts.name}`, use, keepDays);
    });
    // The next write waits for this one even if it fails; the failure goes to this caller.
    this.#counts.writing = written.catch(() => undefined);
    await written;
  }
}
