/** What is read from a raw event body: the few fields the endpoint needs, and which fields are tokens. */
import { secondApiPrefix } from './second-api.ts';

export interface ScannedBot {
  /** Empty when the portal did not send it; `code` is then set. */
  readonly id: string;
  /** Empty when the portal did not send it. */
  readonly code: string;
}

export interface ScannedEvent {
  /** Upper case; empty when the body has none. */
  readonly event: string;
  readonly memberId: string;
  readonly applicationToken: string;
  /** Every bot the event is for, each once. */
  readonly bots: readonly ScannedBot[];
  readonly dialogId: string;
  readonly messageId: string;
  /** The body without tokens. */
  readonly storedBody: Buffer;
}

/** Fields of `data[BOT][id]`, `data[bot]` and `data[COMMAND][id]` that are not stored: the tokens and the fields sent with them. */
export const tokenFields = new Set([
  'access_token',
  'refresh_token',
  'application_token',
  'client_id',
  'expires',
  'expires_in',
  'scope',
  'domain',
  'server_endpoint',
  'client_endpoint',
  'status',
  'member_id',
  'user_id',
  'AUTH',
  'auth',
]);

export interface Found {
  event: string;
  memberId: string;
  applicationToken: string;
  dialogId: string;
  messageId: string;
  readonly bots: Map<string, { id: string; code: string }>;
  /** The same values from where `imbot.v2` events have them; the event's name decides which of the two count. */
  readonly second: SecondFound;
}

export interface SecondFound {
  botId: string;
  botCode: string;
  /** `data[dialogId]`, which only some events have. */
  dialogId: string;
  /** `data[chat][dialogId]`. */
  chatDialogId: string;
  /** `data[messageId]`, in events that do not contain the message itself. */
  messageId: string;
  /** `data[message][id]`. */
  toldMessageId: string;
}

export function nothingFound(): Found {
  return {
    ...{ event: '', memberId: '', applicationToken: '', dialogId: '', messageId: '' },
    bots: new Map(),
    second: { botId: '', botCode: '', dialogId: '', chatDialogId: '', messageId: '', toldMessageId: '' },
  };
}

/** The fields of the sections that events of `imbot.v2` have. The tables have no prototype, because they are asked for any word. */
export const secondFields = {
  bot: fieldTable({ id: 'botId', code: 'botCode' }),
  chat: fieldTable({ dialogId: 'chatDialogId' }),
  message: fieldTable({ id: 'toldMessageId' }),
};

function fieldTable(fields: Readonly<Record<string, keyof SecondFound>>): Readonly<Record<string, keyof SecondFound>> {
  return Object.assign(Object.create(null) as Record<string, keyof SecondFound>, fields);
}

/** Makes the event from what was found in a body: each API has the fields in its own places. */
export function toScannedEvent({ bots, second, ...found }: Found, kept: Buffer): ScannedEvent {
  const event = found.event.toUpperCase();
  if (event.startsWith(secondApiPrefix)) {
    const { botId: id, botCode: code } = second;
    const dialogId = second.dialogId || second.chatDialogId;
    const messageId = second.toldMessageId || second.messageId;
    const named = id === '' && code === '' ? [] : [{ id, code }];
    return { ...found, event, dialogId, messageId, bots: named, storedBody: kept };
  }
  const named = [...bots.values()].filter(({ id, code }) => id !== '' || code !== '');
  return { ...found, event, bots: named, storedBody: kept };
}
