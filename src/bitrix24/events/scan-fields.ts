/** What is read from a raw event body: the few fields the endpoint needs, and which fields are tokens. */
import { secondApiPrefix } from './second-api.ts';

export interface ScannedBot {
  /** Empty when the portal did not send it; then the code is set. */
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

/** Fields of `data[BOT][id]`, `data[bot]` and `data[COMMAND][id]` that are not stored: the tokens and what is sent with them. */
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
  /** Where events of `imbot.v2` have the same; which of the two counts depends on the name of the event. */
  readonly second: SecondFound;
}

export interface SecondFound {
  botId: string;
  botCode: string;
  /** `data[dialogId]`, which only some events have. */
  dialogId: string;
  /** `data[chat][dialogId]`. */
  chatDialogId: string;
  /** `data[messageId]`, where the message itself is not told. */
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

/** The fields of the sections that events of `imbot.v2` have. The tables have no prototype: any word may be asked for. */
export const secondFields = {
  bot: fieldTable({ id: 'botId', code: 'botCode' }),
  chat: fieldTable({ dialogId: 'chatDialogId' }),
  message: fieldTable({ id: 'toldMessageId' }),
};

function fieldTable(fields: Readonly<Record<string, keyof SecondFound>>): Readonly<Record<string, keyof SecondFound>> {
  return Object.assign(Object.create(null) as Record<string, keyof SecondFound>, fields);
}

/** What was found in a body, as the event it is: each API has the fields at its own places. */
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
