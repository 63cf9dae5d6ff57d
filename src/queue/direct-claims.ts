/**
 * Direct claims: the statement that stores work also claims the idle lanes it puts the work into (`extendOnConflict` in
 * `store/queue/lanes.ts`), for the worker of the same process. That worker then needs neither a wakeup nor a claim of its own.
 *
 * A direct claim is like any other: it has an id and a lease, belongs to a worker process that proves that it lives, and only its holder may
 * finish the lane. Only idle lanes are claimed directly, under the lock of their row, so a lane never has two holders and nothing overtakes what waits.
 * The writer reserves a place at the worker first. A busy worker has none: then the work waits for an ordinary claim, which takes many lanes at
 * once and takes turns between destinations.
 */
import { isDatabaseAway } from '../store/database.ts';
import type { ClaimedLane, LaneRow } from '../store/queue/claim-lanes.ts';
import type { ClaimedEvent } from '../store/queue/inbox.ts';
import type { DirectClaim, LaneId } from '../store/queue/lanes.ts';
import type { NewAction, OutboxRow } from '../store/queue/outbox.ts';
import type { ReturnLanes } from './return-lanes.ts';

/** A reserved place at a worker, for the lanes that one write claims. Either `take` or `lose` is called, once. */
export interface Place<Row extends LaneRow> extends DirectClaim {
  /** The write has claimed these lanes, maybe none. */
  take(lanes: readonly ClaimedLane<Row>[]): void;
  /** The write failed. If nobody knows whether it was committed, the lanes may have been claimed, so they are given back. */
  lose(lanes: readonly LaneId[], error: unknown): void;
}

export type InboxPlaces = Places<Place<ClaimedEvent>, []>;

/** A place for those outbox lanes whose destination may take one more lane now. */
export interface OutboxPlace extends Place<OutboxRow> {
  readonly wants: (action: NewAction) => boolean;
}

/** A writer reserves a place with all the actions that it appends. */
export type OutboxPlaces = Places<OutboxPlace, [readonly NewAction[]]>;

/** Where writers reserve places at the workers of their process. */
export interface WorkerPlaces {
  readonly inbox: InboxPlaces;
  readonly outbox: OutboxPlaces;
}

export function createPlaces(): WorkerPlaces {
  return { inbox: createPlacesOf(), outbox: createPlacesOf() };
}

/** Gives out no places until a worker has called `open`, so none in a process without workers. */
interface Places<P, Asked extends readonly unknown[]> {
  /** Null: there is no place, and the work waits for an ordinary claim. */
  reserve(...asked: Asked): P | null;
  open(reserve: (...asked: Asked) => P | null): void;
}

function createPlacesOf<P, Asked extends readonly unknown[]>(): Places<P, Asked> {
  let ask: (...asked: Asked) => P | null = () => null;
  return {
    reserve: (...asked) => ask(...asked),
    open(reserve) {
      ask = reserve;
    },
  };
}

export interface PlaceOptions<Row extends LaneRow> {
  readonly leaseSeconds: number;
  readonly returnLanes: ReturnLanes;
  /** Begins to work on lanes. */
  readonly work: (lanes: readonly ClaimedLane<Row>[]) => void;
}

/** @param holder the id of the claim */
export function createPlace<Row extends LaneRow>(options: PlaceOptions<Row>, holder: string): Place<Row> {
  const { leaseSeconds, returnLanes, work } = options;
  return {
    holder,
    leaseSeconds,
    take: work,
    lose(lanes, error) {
      work([]);
      if (isDatabaseAway(error)) returnLanes(lanes, holder);
    },
  };
}

/** Runs a write that claims lanes for the place; the worker then takes what was claimed. @param lanes all that the write may claim */
export async function writeAndTake<
  Row extends LaneRow,
  Written extends { readonly claimed: readonly ClaimedLane<Row>[] },
>(place: Place<Row>, lanes: () => readonly LaneId[], write: () => Promise<Written>): Promise<Written> {
  let written: Written;
  try {
    written = await write();
  } catch (error) {
    place.lose(lanes(), error);
    throw error;
  }
  place.take(written.claimed);
  return written;
}
