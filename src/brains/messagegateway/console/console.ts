/** The supervisor's console: employees serve MessageGateway's chats from Bitrix24. The brain uses only what this file exports. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef, Delivery, Incoming } from '../../../core/connector.ts';
import type { BrainEvent } from '../../../core/events.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import { createBoundChats } from './bound-chats.ts';
import type { ConsoleContext } from './console-context.ts';
import { createConsoleHandler } from './console-handler.ts';
import { decodeGroupRow } from './decode-group-row.ts';
import { isShownName } from './group-row.ts';
import { consoleRemoteId, isConsole } from './is-console.ts';
import { createMadeCommands } from './made-commands.ts';

export type { ConsoleContext } from './console-context.ts';

export interface SupervisorConsole {
  /** Delivers an action that concerns a console; null for every other action. Repeatable. Throws AppErrors that can be tried again. */
  deliver(action: BrainAction, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery> | null;
  /** What a row of a listener shows in a group; null for a row the console has not made. Pure. Throws BadInput. */
  decode(body: Buffer): readonly BrainEvent[] | null;
  /** Whether `remoteMessageId` is the console's name for a message it showed in a group. */
  hasShown(remoteMessageId: string): boolean;
  /** Creates one for each listener of the connection. */
  createListener(): ConsoleListener;
}

/** Turns what the connection's listener hears into rows for the groups. */
export interface ConsoleListener {
  /** Makes no query for chats that are bound to no group. When it resolves, commands made in the console have run. */
  rowsOf(frame: Envelope, signal: AbortSignal): Promise<readonly Incoming[]>;
  /** Rows for what was said since then while nobody listened. Null: the first listener, which has missed nothing. */
  missed(since: Date | null, signal: AbortSignal): Promise<readonly Incoming[]>;
}

export function createConsole(context: ConsoleContext): SupervisorConsole {
  const handler = createConsoleHandler(context);

  return {
    deliver(action, to, key, signal) {
      switch (action.type) {
        case 'message':
          return isConsole(context.settings, to, action.chat) ? handler.hear(action, to, key, signal) : null;
        case 'overheard':
          return isConsole(context.settings, to, action.chat) ? handler.overhear(action, to, key, signal) : null;
        case 'mirrored':
        case 'context':
          return isConsole(context.settings, to, action.chat) ? nothingToDo : null;
        case 'edit':
        case 'delete':
          return to.remoteId === consoleRemoteId ? handler.change(action, signal) : null;
        case 'receipt':
          return isShownName(action.remoteMessageId) ? handler.shown(action) : null;
        case 'request':
          return null;
        case 'change_refused':
        case 'owner_changed':
        case 'crm':
        case 'reaction':
        case 'session_started':
        case 'session_finished':
          // A console has no customer, and its readers see the chat itself.
          return to.remoteId === consoleRemoteId ? nothingToDo : null;
      }
    },
    decode: (body) => decodeGroupRow(body, context),
    hasShown: isShownName,
    createListener() {
      const parts = [createBoundChats(context), createMadeCommands(context)];
      return {
        rowsOf: async (frame, signal) => await inTurn(parts, (part) => part.rowsOf(frame, signal)),
        missed: async (since, signal) => await inTurn(parts, (part) => part.missed(since, signal)),
      };
    },
  };
}

const nothingToDo: Promise<Delivery> = Promise.resolve({});

async function inTurn<T>(
  parts: readonly T[],
  rowsOf: (part: T) => Promise<readonly Incoming[]>,
): Promise<readonly Incoming[]> {
  const rows: Incoming[] = [];
  for (const part of parts) rows.push(...(await rowsOf(part)));
  return rows;
}
