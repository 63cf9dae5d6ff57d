/** What the script is told: the `script_request_params` of a call or job. Documented in docs/brains/metabot.md. */
import { createHmac } from 'node:crypto';
import type { BrainAction } from '../../core/actions.ts';
import type { Connection, ConversationRef } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { AppError } from '../../core/errors.ts';
import type { Author, Chat, FileRef } from '../../core/events.ts';

export type Params = Readonly<Record<string, unknown>>;

/** Actions that the script is told of. */
type ToldAction = BrainAction & { readonly type: 'message' | 'edit' | 'delete' | 'owner_changed' | 'request' };

export interface ParamsContext {
  readonly connection: Pick<Connection, 'portal' | 'webhookSecret'>;
  readonly tools: Pick<ConnectorTools, 'fileLink' | 'crmAddress'>;
  readonly to: ConversationRef;
  /** The action's key, the same on every repetition. */
  readonly eventId: string;
  /** Metabot's id of the lead; null while none is known. */
  readonly lead: number | null;
}

/** Makes ids of people and of the portal opaque, because Metabot's staff and logs may show them. */
export async function paramsOf(action: ToldAction, context: ParamsContext): Promise<Params> {
  const { connection, to, eventId, lead } = context;
  const common = {
    event: action.type,
    event_id: eventId,
    conversation_id: to.ref,
    lead_id: lead,
    portal: { id: opaque(connection, `portal:${connection.portal}`) },
    bot: { code: to.botCode, type: botTypes[to.botType] },
  };
  switch (action.type) {
    case 'message':
      return {
        ...common,
        message_id: action.messageId,
        text: action.text,
        attachments: action.files.map((file) => attachmentOf(file, context)),
        user: userOf(action.author, connection),
        dialog: await dialogOf(action.chat, context),
        sent_at: action.sentAt,
        quote_of: action.quoteOf,
      };
    case 'edit':
      return {
        ...common,
        message_id: action.messageId,
        text: action.text,
        user: userOf(action.author, connection),
        dialog: await dialogOf(action.chat, context),
      };
    case 'delete':
      return { ...common, message_id: action.messageId };
    case 'owner_changed':
      return { ...common, owner: action.owner, at: action.at };
    case 'request':
      return common;
  }
}

const botTypes = { O: 'open_channel', S: 'supervisor', B: 'ordinary', P: 'personal' } as const satisfies Record<
  ConversationRef['botType'],
  string
>;

const userKinds = { client: 'customer', employee: 'employee', bot: 'bot', system: 'system' } as const;

function userOf({ id, name, kind, firstName, lastName }: Author, connection: ParamsContext['connection']): Params {
  return {
    id: opaque(connection, `user:${id}`),
    name,
    kind: userKinds[kind],
    ...(firstName === undefined ? {} : { first_name: firstName }),
    ...(lastName === undefined ? {} : { last_name: lastName }),
  };
}

const dialogKinds = { private: 'private', group: 'group', line: 'open_channel' } as const;

async function dialogOf({ kind, title, line }: Chat, { tools }: ParamsContext): Promise<Params> {
  const dialog = { kind: dialogKinds[kind], title };
  if (line === null) return dialog;
  const crm = await Promise.all(line.crm.map(async (link) => ({ ...link, url: await tools.crmAddress(link) })));
  return { ...dialog, open_channel: { id: line.lineId, connector: line.connector, session: line.sessionId }, crm };
}

function attachmentOf(file: FileRef, { tools, to }: ParamsContext): Params {
  return { name: file.name, kind: file.kind, size: file.size, url: linkTo(file, tools, to) };
}

/** Null where this app gives no links to files: the script then knows at least the name. */
function linkTo(file: FileRef, tools: ParamsContext['tools'], to: ConversationRef): string | null {
  try {
    return tools.fileLink(to, file);
  } catch (error) {
    if (error instanceof AppError && error.code === 'files.no_links') return null;
    throw error;
  }
}

/** An id that is the same only for the same text of the same connection. */
function opaque({ webhookSecret }: ParamsContext['connection'], text: string): string {
  return createHmac('sha256', webhookSecret).update(text).digest('base64url').slice(0, 22);
}
