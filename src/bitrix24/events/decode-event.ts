/** Translates a stored Bitrix24 event (API v1) into the app's own events, by its entry in the event registry. Pure. */
import { parseForm, text } from '../../lib/form-body.ts';
import type { Decoded } from './decoded.ts';
import { findEvent } from './event-registry.ts';
import type { LaneBot } from './read-params.ts';

/** @param bot the one whose lane the event is in; without a code for events that concern no bot */
export function decodeEvent(body: Buffer, bot: LaneBot): Decoded {
  const tree = parseForm(body);
  const event = findEvent((text(tree, 'event') ?? '').toUpperCase());
  switch (event?.scope) {
    case 'dialog':
      return event.decode(tree, bot);
    case 'app':
    case 'installation':
      return { kind: 'app', event: event.decode(tree) };
    case 'none':
      return event.decode();
    case undefined:
      return { kind: 'nothing', reason: 'unknown_event' };
  }
}
