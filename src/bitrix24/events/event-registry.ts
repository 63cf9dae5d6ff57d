/**
 * Every Bitrix24 event the app knows. The endpoint reads from here which lane an event goes to and what makes it the same event as
 * another; the decoder reads from here how to decode it. A new event costs one entry; docs/extending.md shows the steps.
 */
import type { AppDecoder, DialogDecoder } from './decoded.ts';
import {
  decodeAppInstall,
  decodeAppPayment,
  decodeAppUninstall,
  decodeAppUpdate,
  decodeBotDelete,
} from './decoders/decode-app-event.ts';
import { decodeBotJoin, decodeContextOpened } from './decoders/decode-bot-chat.ts';
import { decodeCommand } from './decoders/decode-command.ts';
import { decodeLineMessage, decodeSessionFinish } from './decoders/decode-line-event.ts';
import { decodeMessageAdd, decodeMessageDelete, decodeMessageUpdate } from './decoders/decode-message.ts';
import { decodeReaction } from './decoders/decode-reaction.ts';
import {
  byChat,
  byCommand,
  byContent,
  byDeletedBot,
  byDeletion,
  byEdit,
  byLineMessage,
  byMessage,
  byMoment,
  byReaction,
  type EventIdentity,
} from './event-identity.ts';

interface KnownEvent {
  /** In upper case, as in the field `event`. */
  readonly name: string;
  readonly identity: EventIdentity;
}

/** Belongs to a dialog of a bot: stored once for each bot that the event lists, in that dialog's lane. */
interface DialogEvent extends KnownEvent {
  readonly scope: 'dialog';
  readonly decode: DialogDecoder;
}

/**
 * An event of an Open Channel that names no bot: stored once for each of the portal's bots that has talked in the chat, in that dialog's
 * lane. If no bot has, nothing is stored.
 */
interface LineEvent extends KnownEvent {
  readonly scope: 'line';
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

export type EventDefinition = DialogEvent | LineEvent | AppScopeEvent;

/** Bot events of the first API, and those of `imbot.v2`, which are read as if the first API had sent them. */
export const eventRegistry: readonly EventDefinition[] = [
  { name: 'ONIMBOTMESSAGEADD', scope: 'dialog', identity: byMessage, decode: decodeMessageAdd },
  { name: 'ONIMBOTMESSAGEUPDATE', scope: 'dialog', identity: byEdit, decode: decodeMessageUpdate },
  { name: 'ONIMBOTMESSAGEDELETE', scope: 'dialog', identity: byDeletion, decode: decodeMessageDelete },
  { name: 'ONIMBOTJOINCHAT', scope: 'dialog', identity: byChat, decode: decodeBotJoin },
  { name: 'ONIMBOTCONTEXTGET', scope: 'dialog', identity: byChat, decode: decodeContextOpened },
  { name: 'ONIMCOMMANDADD', scope: 'dialog', identity: byCommand, decode: decodeCommand },
  { name: 'ONIMBOTDELETE', scope: 'app', identity: byDeletedBot, decode: decodeBotDelete },
  { name: 'ONIMBOTV2MESSAGEADD', scope: 'dialog', identity: byMessage, decode: decodeMessageAdd },
  { name: 'ONIMBOTV2MESSAGEUPDATE', scope: 'dialog', identity: byEdit, decode: decodeMessageUpdate },
  { name: 'ONIMBOTV2MESSAGEDELETE', scope: 'dialog', identity: byDeletion, decode: decodeMessageDelete },
  { name: 'ONIMBOTV2JOINCHAT', scope: 'dialog', identity: byChat, decode: decodeBotJoin },
  { name: 'ONIMBOTV2CONTEXTGET', scope: 'dialog', identity: byChat, decode: decodeContextOpened },
  { name: 'ONIMBOTV2COMMANDADD', scope: 'dialog', identity: byCommand, decode: decodeCommand },
  { name: 'ONIMBOTV2REACTIONCHANGE', scope: 'dialog', identity: byReaction, decode: decodeReaction },
  { name: 'ONIMBOTV2DELETE', scope: 'app', identity: byDeletedBot, decode: decodeBotDelete },
  { name: 'ONOPENLINEMESSAGEADD', scope: 'line', identity: byLineMessage, decode: decodeLineMessage },
  { name: 'ONSESSIONFINISH', scope: 'line', identity: byMoment, decode: decodeSessionFinish },
  { name: 'ONAPPINSTALL', scope: 'installation', identity: byContent, decode: decodeAppInstall },
  { name: 'ONAPPUPDATE', scope: 'installation', identity: byContent, decode: decodeAppUpdate },
  { name: 'ONAPPUNINSTALL', scope: 'app', identity: byContent, decode: decodeAppUninstall },
  { name: 'ONAPPPAYMENT', scope: 'app', identity: byContent, decode: decodeAppPayment },
];

const byName: ReadonlyMap<string, EventDefinition> = new Map(eventRegistry.map((event) => [event.name, event]));

/** @param name in upper case; undefined for an event nobody has registered */
export function findEvent(name: string): EventDefinition | undefined {
  return byName.get(name);
}
