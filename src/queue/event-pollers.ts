/**
 * Keeps the pollers of portals that keep their events for the app: each such portal is polled by one process at a time, by a lease, and taken
 * over by another when that process dies. What is stored of each bot tells the new holder where to go on.
 */

import type { WorkLoop } from '../runtime/work-loop.ts';
import { startWorkLoop } from '../runtime/work-loop.ts';
import { claimPolls, releasePolls, renewPolls } from '../store/tenants/event-polls.ts';
import { type PollPortalOptions, pollPortal } from './poll-portal.ts';

export interface EventPollersOptions extends PollPortalOptions {
  readonly owner: string;
  /** How often free portals are looked for and held ones renewed. */
  readonly pollMs?: number | undefined;
}

const leaseSeconds = 30;
const claimAtOnce = 50;

interface Held {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

export function startEventPollers(options: EventPollersOptions): WorkLoop {
  return new EventPollers(options);
}

class EventPollers implements WorkLoop {
  readonly #options: EventPollersOptions;
  readonly #owner: string;
  readonly #held = new Map<string, Held>();
  readonly #loop: WorkLoop;

  constructor(options: EventPollersOptions) {
    this.#options = options;
    this.#owner = `${options.owner}:e`;
    this.#loop = startWorkLoop({
      name: 'event-pollers',
      log: options.log,
      pollMs: options.pollMs ?? 5_000,
      round: async () => {
        await this.#renew();
        return await this.#claim();
      },
    });
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    const portals = [...this.#held.keys()];
    for (const { stop } of this.#held.values()) stop.abort();
    await Promise.all([...this.#held.values()].map(({ ended }) => ended));
    if (portals.length > 0) await releasePolls(this.#options.db, this.#owner, portals);
  }

  /** Keeps what is still ours and still polled, ends what is not. */
  async #renew(): Promise<void> {
    const still = await renewPolls(this.#options.db, this.#owner, leaseSeconds);
    const over = [...this.#held.keys()].filter((portal) => !still.has(portal));
    for (const portal of over) this.#held.get(portal)?.stop.abort();
    const orphans = [...still].filter((portal) => !this.#held.has(portal));
    if (over.length + orphans.length > 0) await releasePolls(this.#options.db, this.#owner, [...over, ...orphans]);
  }

  /** True: there may be more to take. */
  async #claim(): Promise<boolean> {
    const claimed = await claimPolls(this.#options.db, this.#owner, { limit: claimAtOnce, leaseSeconds });
    // Where the one before is still ending, the next round takes the portal, or another process does.
    for (const portal of claimed) if (!this.#held.has(portal)) this.#hold(portal);
    return claimed.length === claimAtOnce;
  }

  #hold(portal: string): void {
    const stop = new AbortController();
    const ended = pollPortal(this.#options, portal, stop.signal).finally(() => this.#held.delete(portal));
    this.#held.set(portal, { stop, ended });
  }
}
