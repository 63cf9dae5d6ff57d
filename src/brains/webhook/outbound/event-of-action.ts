/** Makes the event that tells the server of an action; pure except for the links to files. */
import type { BrainAction } from '../../../core/actions.ts';
import type { ConversationRef } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import type { Author, Chat, FileRef } from '../../../core/events.ts';
import type { Event } from '../protocol/events.ts';
import { askSchema } from '../requests.ts';

export interface EventContext {
  readonly to: ConversationRef;
  readonly answerUrl: string;
  readonly now: Date;
  readonly fileLink: ConnectorTools['fileLink'];
}

/** Null for actions that this brain has not asked for. */
export function eventOfAction(action: BrainAction, { to, answerUrl, now, fileLink }: EventContext): Event | null {
  const place = { conversation: to.ref, bot: { code: to.botCode, type: to.botType }, answerUrl };
  const timestamp = now.toISOString();
  switch (action.type) {
    case 'message': {
      const { messageId: id, text, author, chat, files, quoteOf } = action;
      const message = { id, text, author: authorOf(author), files: files.map(fileOf), quoteOf };
      return {
        type: 'message.created',
        timestamp: action.sentAt ?? timestamp,
        data: { ...place, chat: chatOf(chat), message },
      };
    }
    case 'edit': {
      const { messageId: id, text, author, chat } = action;
      const message = { id, text, author: authorOf(author) };
      return { type: 'message.edited', timestamp, data: { ...place, chat: chatOf(chat), message } };
    }
    case 'delete':
      return { type: 'message.deleted', timestamp, data: { ...place, message: { id: action.messageId } } };
    case 'reaction': {
      const { messageId: id, remoteMessageId: yourId, reaction, isOn, author, chat } = action;
      const change = isOn ? 'added' : 'removed';
      const message = { id, yourId };
      const data = { ...place, chat: chatOf(chat), message, author: authorOf(author), reaction, change } as const;
      return { type: 'message.reaction', timestamp, data };
    }
    case 'context': {
      const { data: context, chat } = action;
      const author = action.author === undefined ? null : authorOf(action.author);
      return { type: 'context.opened', timestamp, data: { ...place, chat: chatOf(chat), author, context } };
    }
    case 'owner_changed': {
      const { owner, at, since } = action;
      return { type: 'conversation.owner_changed', timestamp: at, data: { ...place, owner, since } };
    }
    case 'session_started': {
      const session = { id: action.sessionId };
      return { type: 'session.started', timestamp, data: { ...place, chat: chatOf(action.chat), session } };
    }
    case 'session_finished': {
      const session = { id: action.sessionId };
      return { type: 'session.finished', timestamp: action.at, data: { ...place, session } };
    }
    case 'request': {
      const { id, by, author } = action;
      const { text } = askSchema.parse(action.params);
      const request = { id, text, by, author: author === undefined ? null : authorOf(author) };
      return { type: 'request.created', timestamp, data: { ...place, request } };
    }
    default:
      return null;
  }

  function fileOf(file: FileRef) {
    const { id, name, kind, size } = file;
    return { id, name, kind, size, url: fileLink(to, file) };
  }
}

function authorOf({ id, name, kind }: Author) {
  return { id, name, kind };
}

function chatOf({ dialogId, kind, title, line }: Chat) {
  const openChannel =
    line === null
      ? null
      : {
          id: line.lineId,
          connector: line.connector,
          sessionId: line.sessionId,
          crm: line.crm.map(({ type, id }) => ({ type, id })),
        };
  return { id: dialogId, kind, title, openChannel };
}
