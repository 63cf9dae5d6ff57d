/** One portal of a fleet: its secrets, and how it behaves. */
import { randomBytes } from 'node:crypto';

/** `hangs` never answers; `expired` refuses the token it was seeded with until a refresh brought another. */
export type FailureMode = 'well' | 'hangs' | 'expired' | { readonly slowMs: number };

export interface FleetPortal {
  readonly index: number;
  /** `host:port`. */
  readonly domain: string;
  readonly memberId: string;
  readonly applicationToken: string;
  accessToken: string;
  refreshToken: string;
  failureMode: FailureMode;
  /** The ids of messages by the key of their send: a key that comes again is the same message. */
  readonly sent: Map<string, number>;
  /** Calls that have come in, answered or not. */
  calls: number;
}

/** A portal with random secrets, at that address. */
export function newFleetPortal(index: number, domain: string): FleetPortal {
  return {
    index,
    domain,
    memberId: randomBytes(16).toString('hex'),
    applicationToken: randomBytes(16).toString('hex'),
    accessToken: randomBytes(22).toString('hex'),
    refreshToken: randomBytes(20).toString('hex'),
    failureMode: 'well',
    sent: new Map(),
    calls: 0,
  };
}
