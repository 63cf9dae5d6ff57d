/**
 * Reads the answer of `imbot.v2.Event.get`, and writes its events as the portal would have posted them, so that fetched and posted events
 * are stored alike.
 */
import { RemoteUnreachable } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { formLimits } from '../../lib/form-body.ts';
import { secondApiPrefix } from './second-api.ts';

export interface FetchedEvent {
  readonly id: number;
  /** The form the portal would have posted, without `auth`. */
  readonly body: Buffer;
}

export interface FetchedPage {
  /** By rising id. */
  readonly events: readonly FetchedEvent[];
  /** The next offset, to send once these are stored. The portal then deletes these events and no others. */
  readonly nextOffset: number;
  /** The portal may have more events after these. */
  readonly hasMore: boolean;
}

/**
 * @param offset the offset sent with the request
 * @throws RemoteUnreachable `bitrix24.no_events` if the answer is not a list of events; they are fetched again
 */
export function readFetched(answer: unknown, offset: number): FetchedPage {
  const list = isRecord(answer) ? answer['events'] : undefined;
  if (!isRecord(answer) || !Array.isArray(list)) throw unreadable('without a list of events');
  const events = list.map(readEvent).sort((one, other) => one.id - other.id);
  // We compute this ourselves: if the portal's `nextOffset` were larger, unseen events would be deleted.
  const nextOffset = events.reduce((next, { id }) => Math.max(next, id + 1), offset);
  return { events, nextOffset, hasMore: answer['hasMore'] === true };
}

function readEvent(event: unknown): FetchedEvent {
  const { eventId, type, date, data } = isRecord(event) ? event : {};
  const id = Number(eventId);
  if (!Number.isSafeInteger(id) || id <= 0) throw unreadable('with an event that has no number');
  const name = typeof type === 'string' ? type.toUpperCase() : '';
  const seconds = Math.floor(Date.parse(typeof date === 'string' ? date : '') / 1_000);
  const pairs = [
    // Only bot events are requested; any other is stored under a name that the registry does not know.
    `event=${encodeURIComponent((name.startsWith(secondApiPrefix) ? name : `UNEXPECTED ${name}`).toWellFormed())}`,
    ...pairsOf(data),
    ...(Number.isFinite(seconds) ? [`ts=${seconds}`] : []),
  ];
  return { id, body: Buffer.from(pairs.join('&')) };
}

/** Stop at the form reader's limit, leaving room for the name and time pairs. */
const maxPairs = formLimits.pairs - 2;

/** As PHP's `http_build_query` writes it: nulls and empty lists are left out, true is 1 and false is 0. */
function pairsOf(data: unknown): string[] {
  const pairs: string[] = [];
  const visit = (value: unknown, key: string, depth: number): void => {
    if (pairs.length >= maxPairs || key.length > formLimits.keyBytes || depth > formLimits.brackets) return;
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) visit(item, `${key}%5B${at}%5D`, depth + 1);
    } else if (isRecord(value)) {
      for (const [name, item] of Object.entries(value)) {
        visit(item, `${key}%5B${encodeURIComponent(name.toWellFormed())}%5D`, depth + 1);
      }
    } else {
      const text = textOf(value);
      if (text !== null) pairs.push(`${key}=${encodeURIComponent(text)}`);
    }
  };
  visit(data, 'data', 0);
  return pairs;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.toWellFormed() : null;
}

function unreadable(what: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'bitrix24.no_events',
    message: `Bitrix24 answered imbot.v2.Event.get ${what}`,
    fate: 'none',
  });
}
