/**
 * Runs the pollers of portals that keep their events for the app. One process at a time polls each such portal, under a lease; if it dies,
 * another takes over. The portal gives the new holder all events that were not acknowledged (`poll-events.ts`).
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

  /** Goes on with the portals that are still ours and still polled; ends the others. */
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
    // Where our former poller is still ending, the next round takes the portal, or another process does.
    for (const portal of claimed) if (!this.#held.has(portal)) this.#hold(portal);
    return claimed.length === claimAtOnce;
  }

  #hold(portal: string): void {
    const stop = new AbortController();
    const ended = pollPortal(this.#options, portal, stop.signal).finally(() => this.#held.delete(portal));
    this.#held.set(portal, { stop, ended });
  }
}
