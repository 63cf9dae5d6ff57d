/** Requests to the brain: what it wants to be sent later, and what it is asked. */

/**
 * The brain asks to be sent one of its requests later, for this conversation. At most 50 are pending per conversation, none more than 90
 * days ahead; others are refused, which the trace shows.
 */
export interface FollowUp {
  readonly type: 'follow_up';
  /** The brain's own id, at most 200 characters. A pending follow-up with the same id is replaced. */
  readonly id: string;
  readonly afterMs: number;
  /** The name of the request, and its parameters as the request's schema takes them. */
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A person, or a follow-up that is due, asks something of the brain for this conversation. */
export interface RequestEvent {
  readonly type: 'requested';
  readonly id: string;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly by: 'person' | 'follow_up';
}
