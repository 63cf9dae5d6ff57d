/** The portal's log of events for bots in fetch mode: what is kept, for how long, and what an offset deletes. */
import { isoDate } from './events/v1-message-params.ts';
import type { Bot, FetchEvent, PortalState } from './state.ts';

/** Events of a fetch bot wait this long (24 h). */
const KEEP_MS = 86_400_000;

/** After an empty answer the server assumes for this long that there are no events. */
const NOTHING_PENDING_MS = 60_000;

/** Stores an event. Its number is assigned before the event can be read. */
export function keepEvent(state: PortalState, bot: Bot, type: string, data: unknown): void {
  const now = state.now();
  const event: FetchEvent = { eventId: state.nextId('fetchEvent'), type, date: isoDate(now), storedAt: now, data };
  const { eventLog } = state;
  if (eventLog.isHolding) {
    eventLog.held.push(() => append(state, bot, event));
    return;
  }
  append(state, bot, event);
}

function append(state: PortalState, bot: Bot, event: FetchEvent): void {
  const oldest = state.now() - KEEP_MS;
  const kept = (state.fetchEvents.get(bot.id) ?? []).filter(({ storedAt }) => storedAt >= oldest);
  state.fetchEvents.set(bot.id, [...kept, event]);
  if (!state.options.staleEmptyPolls) state.eventLog.nothingUntil.delete(bot.id);
}

/** Deletes the events below the offset and returns the others in order of their numbers. */
export function pendingEvents(state: PortalState, bot: Bot, offset: number): FetchEvent[] {
  const { nothingUntil } = state.eventLog;
  const now = state.now();
  if (offset > 0) nothingUntil.delete(bot.id);
  if ((nothingUntil.get(bot.id) ?? 0) > now) return [];
  const alive = (state.fetchEvents.get(bot.id) ?? [])
    .filter(({ storedAt, eventId }) => storedAt >= now - KEEP_MS && eventId >= offset)
    .sort((one, other) => one.eventId - other.eventId);
  state.fetchEvents.set(bot.id, alive);
  if (alive.length === 0) nothingUntil.set(bot.id, now + NOTHING_PENDING_MS);
  return alive;
}
