/** imbot.v2.Event.get: the events kept for a bot in fetch mode. */
import { botV2, type CallContext, type MethodTable } from '../call-context.ts';
import { pendingEvents } from '../event-log.ts';
import { intOf, isEmpty } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';

const DEFAULT_EVENTS = 100;
const MAX_EVENTS = 1_000;

function get(call: CallContext): unknown {
  const bot = botV2(call);
  if (!isEmpty(call.params['withUserEvents'])) {
    throw new RestError('SCOPE_ERROR', 'The "im" scope is required for user events');
  }
  const offset = Math.max(intOf(call.params, 'offset'), 0);
  const limit = Math.min(Math.max(intOf(call.params, 'limit') || DEFAULT_EVENTS, 1), MAX_EVENTS);
  const page = pendingEvents(call.state, bot, offset).slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map(({ eventId, type, date, data }) => ({ eventId, type, date, data })),
    nextOffset: last === undefined ? offset : last.eventId + 1,
    hasMore: page.length === limit,
  };
}

export const eventsV2Methods: MethodTable = { 'imbot.v2.Event.get': { scopes: ['imbot'], run: get } };
