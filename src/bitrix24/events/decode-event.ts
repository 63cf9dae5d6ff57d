/** Translates a stored Bitrix24 event, of either bot API, into the app's own events, by its entry in the event registry. Pure. */
import { parseForm, text } from '../../lib/form-body.ts';
import type { Decoded } from './decoded.ts';
import { findEvent } from './event-registry.ts';
import type { LaneBot } from './read-params.ts';
import { asFirstApi } from './second-api.ts';

/** @param bot the bot of the event's lane; without a code for events that concern no bot */
export function decodeEvent(body: Buffer, bot: LaneBot): Decoded {
  const told = parseForm(body);
  const event = findEvent((text(told, 'event') ?? '').toUpperCase());
  const tree = asFirstApi(told, bot);
  switch (event?.scope) {
    case 'dialog':
    case 'line':
      return event.decode(tree, bot);
    case 'app':
    case 'installation':
      return { kind: 'app', event: event.decode(tree) };
    case undefined:
      return { kind: 'nothing', reason: 'unknown_event' };
  }
}
