/** One portal of a fleet: its secrets, and how it behaves. */
import { randomBytes } from 'node:crypto';

/** `hangs` never answers; `expired` refuses the token it was seeded with until that is refreshed. */
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
  /** The ids of messages by the key of their send: a repeated key is the same message. */
  readonly sent: Map<string, number>;
  /** Number of calls, answered or not. */
  calls: number;
  /** The events it keeps for polling; null: none. */
  kept: KeptEvents | null;
}

/** Events a portal keeps for polling. */
export interface KeptEvents {
  /** The whole answer to `imbot.v2.Event.get`, readable or not. */
  page(offset: number, limit: number): string;
}

/** Creates a portal with random secrets at that address. */
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
    kept: null,
  };
}
