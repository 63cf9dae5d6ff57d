/**
 * Every Bitrix24 event the app knows. The endpoint reads from here which lane an event goes to and what makes it the same event as
 * another; the decoder reads from here how to decode it. A new event costs one entry; docs/extending.md shows the steps.
 */
import type { AppDecoder, DecodedNothing, DialogDecoder } from './decoded.ts';
import {
  decodeAppInstall,
  decodeAppPayment,
  decodeAppUninstall,
  decodeAppUpdate,
  decodeBotDelete,
} from './decoders/decode-app-event.ts';
import { decodeBotJoin, decodeContextOpened } from './decoders/decode-bot-chat.ts';
import { decodeCommand } from './decoders/decode-command.ts';
import { decodeMessageAdd, decodeMessageDelete, decodeMessageUpdate } from './decoders/decode-message.ts';
import { byContent, byMessage, type EventIdentity } from './event-identity.ts';

interface KnownEvent {
  /** In upper case, as in the field `event`. */
  readonly name: string;
  readonly identity: EventIdentity;
}

/** Belongs to a dialog of a bot: stored once for each bot it lists, in that dialog's lane. */
interface DialogEvent extends KnownEvent {
  readonly scope: 'dialog';
  readonly decode: DialogDecoder;
}

/**
 * Concerns the app in the whole portal: stored in the portal's app lane. `installation` events bring tokens as well; the endpoint has the
 * portal's OAuth host confirm them, and stores the event itself only while that host cannot be reached.
 */
interface AppScopeEvent extends KnownEvent {
  readonly scope: 'app' | 'installation';
  readonly decode: AppDecoder;
}

/** Known, and of no use to the app: stored in the app lane and closed with the reason, so that `trace` can tell it. */
interface UnusedEvent extends KnownEvent {
  readonly scope: 'none';
  readonly decode: () => DecodedNothing;
}

export type EventDefinition = DialogEvent | AppScopeEvent | UnusedEvent;

/** Bots that are registered for another event API send these; this version reads API v1 webhooks. */
const otherEventApi = (name: string): UnusedEvent => ({
  name,
  scope: 'none',
  identity: byContent,
  decode: () => ({ kind: 'nothing', reason: 'other_event_api' }),
});

export const eventRegistry: readonly EventDefinition[] = [
  { name: 'ONIMBOTMESSAGEADD', scope: 'dialog', identity: byMessage, decode: decodeMessageAdd },
  { name: 'ONIMBOTMESSAGEUPDATE', scope: 'dialog', identity: byContent, decode: decodeMessageUpdate },
  { name: 'ONIMBOTMESSAGEDELETE', scope: 'dialog', identity: byContent, decode: decodeMessageDelete },
  { name: 'ONIMBOTJOINCHAT', scope: 'dialog', identity: byContent, decode: decodeBotJoin },
  { name: 'ONIMBOTCONTEXTGET', scope: 'dialog', identity: byContent, decode: decodeContextOpened },
  { name: 'ONIMCOMMANDADD', scope: 'dialog', identity: byContent, decode: decodeCommand },
  { name: 'ONIMBOTDELETE', scope: 'app', identity: byContent, decode: decodeBotDelete },
  { name: 'ONAPPINSTALL', scope: 'installation', identity: byContent, decode: decodeAppInstall },
  { name: 'ONAPPUPDATE', scope: 'installation', identity: byContent, decode: decodeAppUpdate },
  { name: 'ONAPPUNINSTALL', scope: 'app', identity: byContent, decode: decodeAppUninstall },
  { name: 'ONAPPPAYMENT', scope: 'app', identity: byContent, decode: decodeAppPayment },
  otherEventApi('ONIMBOTV2MESSAGEADD'),
  otherEventApi('ONIMBOTV2MESSAGEUPDATE'),
  otherEventApi('ONIMBOTV2MESSAGEDELETE'),
  otherEventApi('ONIMBOTV2JOINCHAT'),
  otherEventApi('ONIMBOTV2CONTEXTGET'),
  otherEventApi('ONIMBOTV2COMMANDADD'),
  otherEventApi('ONIMBOTV2REACTIONCHANGE'),
  otherEventApi('ONIMBOTV2DELETE'),
];

const byName: ReadonlyMap<string, EventDefinition> = new Map(eventRegistry.map((event) => [event.name, event]));

/** @param name in upper case; undefined for an event nobody has registered */
export function findEvent(name: string): EventDefinition | undefined {
  return byName.get(name);
}
