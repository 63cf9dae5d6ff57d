/** What the endpoints and the workers store in the inbox, and what storing it brings back. */
import type { IngressKind } from '../../core/connector.ts';
import type { LaneId } from './lanes.ts';

/** An event to be stored. */
export interface NewEvent extends LaneId {
  /** Lower-case UUID derived from what identifies the event; a second event with the same key is not stored. */
  readonly dedupeKey: string;
  /** `bitrix24`, the name of a brain, or `bridge` for events the app itself produced. */
  readonly source: string;
  readonly connectionId: string | null;
  /** How the event came through the connection; null exactly where there is no connection. */
  readonly ingress: IngressKind | null;
  /** Follows the message through every step, for logs and `trace`. */
  readonly trace: string;
  /** The message id the event is about, so that people can find it. */
  readonly subject: string | null;
  readonly body: Buffer;
}

/** An event that was stored as a new one, by its number in the batch; `attempts` is null unless the storing has claimed its lane. */
export interface AcceptedRow {
  readonly n: string | number;
  readonly portal: string;
  readonly lane: string;
  readonly seq: string | number;
  readonly attempts: number | null;
  readonly at: Date;
}
