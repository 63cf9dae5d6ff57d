/** One portal of a farm: its secrets, and how it behaves. */
import { randomBytes } from 'node:crypto';

/** `hangs` never answers; `expired` refuses the token it was seeded with until a refresh brought another. */
export type Mood = 'well' | 'hangs' | 'expired' | { readonly slowMs: number };

export interface FarmPortal {
  readonly index: number;
  /** `host:port`. */
  readonly domain: string;
  readonly memberId: string;
  readonly applicationToken: string;
  accessToken: string;
  refreshToken: string;
  mood: Mood;
  /** The ids of messages by the key of their send: a key that comes again is the same message. */
  readonly sent: Map<string, number>;
  /** Calls that have come in, answered or not. */
  calls: number;
}

/** A portal with random secrets, at that address. */
export function newFarmPortal(index: number, domain: string): FarmPortal {
  return {
    index,
    domain,
    memberId: randomBytes(16).toString('hex'),
    applicationToken: randomBytes(16).toString('hex'),
    accessToken: randomBytes(22).toString('hex'),
    refreshToken: randomBytes(20).toString('hex'),
    mood: 'well',
    sent: new Map(),
    calls: 0,
  };
}
