/**
 * Bounds how many installations and visits are being proven at a time: each proof is a call or two to an OAuth host. Shares keep
 * strangers from shutting out portals we know, and senders take turns, so that one of them cannot shut out the others.
 */
import { RemoteUnreachable } from '../core/errors.ts';

/**
 * Who asks. `vouched`: an event with the right application token of its portal. `event`: an install event of a portal we do not know.
 * `known`: a page that names a portal we know (anybody may write that name). `page`: every other page.
 */
export type ProofShare = 'vouched' | 'event' | 'known' | 'page';

export interface ProofRequest {
  readonly share: ProofShare;
  /** Network address the request came from. */
  readonly sender: string;
  /** The portal it names, proven or not. */
  readonly portal: string;
}

export interface ProofQueue {
  /** Runs the work when it is its turn. Throws RemoteUnreachable `install.busy` when the line is full or the turn does not come in time. */
  run<T>(request: ProofRequest, work: () => Promise<T>): Promise<T>;
}

interface ShareLimits {
  /** Proofs under way at a time. */
  readonly slots: number;
  readonly perSender: number;
  readonly perPortal: number;
  readonly waiting: number;
  readonly waitingPerSender: number;
}

/**
 * Bitrix24's cloud sends the events of all portals from few addresses, so one of them may use most of the share for events; a page comes
 * from a person's browser, and an office may have one address for many.
 */
const limits: Readonly<Record<ProofShare, ShareLimits>> = {
  vouched: { slots: 8, perSender: 8, perPortal: 2, waiting: 500, waitingPerSender: 500 },
  event: { slots: 8, perSender: 6, perPortal: 4, waiting: 500, waitingPerSender: 250 },
  known: { slots: 8, perSender: 4, perPortal: 4, waiting: 200, waitingPerSender: 32 },
  page: { slots: 16, perSender: 4, perPortal: 4, waiting: 200, waitingPerSender: 32 },
};

/** A browser and Bitrix24's event queue wait about half a minute; the proof itself may take 8 s of it. */
const patienceMs = 20_000;

interface Waiting {
  readonly request: ProofRequest;
  readonly start: () => void;
  readonly giveUp: () => void;
}

export function createProofQueue(patience: number = patienceMs): ProofQueue {
  const shares = new Map<ProofShare, Share>();
  return {
    async run(request, work) {
      const share = shares.get(request.share) ?? new Share(limits[request.share], patience);
      shares.set(request.share, share);
      await share.enter(request);
      try {
        return await work();
      } finally {
        share.leave(request);
      }
    },
  };
}

class Share {
  readonly #limits: ShareLimits;
  readonly #patienceMs: number;
  /** Waiting requests by sender; a sender that was served goes to the end of the map. */
  readonly #lines = new Map<string, Waiting[]>();
  readonly #bySender = new Map<string, number>();
  readonly #byPortal = new Map<string, number>();
  #underWay = 0;
  #waiting = 0;

  constructor(shareLimits: ShareLimits, patience: number) {
    this.#limits = shareLimits;
    this.#patienceMs = patience;
  }

  async enter(request: ProofRequest): Promise<void> {
    const line = this.#lines.get(request.sender) ?? [];
    if (line.length === 0 && this.#admits(request)) {
      this.#begin(request);
      return;
    }
    const { waiting, waitingPerSender } = this.#limits;
    if (line.length >= waitingPerSender || (this.#waiting >= waiting && !this.#makesWay(line.length))) throw busy();
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        clearTimeout(timer);
        this.#drop(entry);
        reject(busy());
      };
      const entry: Waiting = { request, start, giveUp };
      const timer = setTimeout(giveUp, this.#patienceMs);
      this.#lines.set(request.sender, [...(this.#lines.get(request.sender) ?? []), entry]);
      this.#waiting += 1;
    });
  }

  leave(request: ProofRequest): void {
    this.#underWay -= 1;
    decrease(this.#bySender, request.sender);
    decrease(this.#byPortal, request.portal);
    this.#serve();
  }

  #admits(request: ProofRequest): boolean {
    const { slots, perSender, perPortal } = this.#limits;
    return (
      this.#underWay < slots &&
      (this.#bySender.get(request.sender) ?? 0) < perSender &&
      (this.#byPortal.get(request.portal) ?? 0) < perPortal
    );
  }

  #begin(request: ProofRequest): void {
    this.#underWay += 1;
    this.#bySender.set(request.sender, (this.#bySender.get(request.sender) ?? 0) + 1);
    this.#byPortal.set(request.portal, (this.#byPortal.get(request.portal) ?? 0) + 1);
  }

  #drop(gone: Waiting): void {
    const { sender } = gone.request;
    const left = (this.#lines.get(sender) ?? []).filter((entry) => entry !== gone);
    this.#waiting -= 1;
    if (left.length === 0) this.#lines.delete(sender);
    else this.#lines.set(sender, left);
  }

  /** Turns away the last request of the longest line if the newcomer's own line is shorter: a few senders must not fill the queue for all others. */
  #makesWay(lineLength: number): boolean {
    let longest: readonly Waiting[] = [];
    for (const line of this.#lines.values()) if (line.length > longest.length) longest = line;
    if (longest.length <= lineLength + 1) return false;
    longest.at(-1)?.giveUp();
    return true;
  }

  /** Gives free slots to those who wait, one sender after the other. */
  #serve(): void {
    for (const [sender, line] of [...this.#lines]) {
      if (this.#underWay >= this.#limits.slots) return;
      const at = line.findIndex(({ request }) => this.#admits(request));
      const entry = line[at];
      if (entry === undefined) continue;
      this.#drop(entry);
      const left = this.#lines.get(sender);
      this.#lines.delete(sender);
      if (left !== undefined) this.#lines.set(sender, left);
      this.#begin(entry.request);
      entry.start();
    }
  }
}

function decrease(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left <= 0) counts.delete(key);
  else counts.set(key, left);
}

function busy(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'install.busy',
    message: 'too many installations are being proven at this moment',
  });
}
