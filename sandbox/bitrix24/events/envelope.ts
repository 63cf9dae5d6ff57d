/** What all events have in common: who receives them, the token blocks, the envelope around the data. */
import type { Binding, Bot, Chat, PortalState, User } from '../state.ts';
import { dialogIdFor, fullName } from '../state.ts';
import type { Token } from '../tokens.ts';
import { buildQuery, type WireMap } from '../wire-format.ts';

/** Nested events allowed under a token that came with an event (server constant). */
export const EVENT_DEPTH = 7;

/** Who caused the event, and how deep it is nested under REST calls made with event tokens. */
export interface Cause {
  /** The portal user whose request caused the event; 0 when there is none (then `auth` has no tokens). */
  readonly userId: number;
  readonly depth: number;
  /** Leave tokens out of the events altogether. */
  readonly withoutTokens?: boolean;
}

/** How much `auth` holds: tokens with refresh_token, tokens without, none, or none in the order of webhook bots. */
export type AuthKind = 'with-refresh' | 'without-refresh' | 'no-tokens' | 'webhook';

function serverEndpoint(state: PortalState): string {
  return `${state.address.oauthOrigin}/rest/`;
}

function clientEndpoint(state: PortalState): string {
  return `${state.address.origin}/rest/`;
}

/** The thirteen token fields of a bot inside `data[BOT]`. */
export function botTokens(state: PortalState, bot: Bot, depth: number): WireMap {
  const app = state.app;
  if (app === null || app.clientId !== bot.appId || depth <= 0) return {};
  const token = state.tokens.issueForEvent(bot.id, bot.appId, depth);
  return {
    access_token: token.access,
    expires: token.expires,
    expires_in: state.options.accessTokenSeconds,
    scope: state.options.scope.join(','),
    domain: state.address.domain,
    server_endpoint: serverEndpoint(state),
    status: app.status,
    client_endpoint: clientEndpoint(state),
    member_id: state.options.memberId,
    refresh_token: token.refresh,
    user_id: bot.id,
    client_id: bot.appId,
    application_token: app.applicationToken,
  };
}

/** The `auth` block for a person's token. */
export function authBlock(state: PortalState, token: Token | null, kind: AuthKind, applicationToken: string): WireMap {
  const place = { domain: state.address.domain, server_endpoint: serverEndpoint(state) };
  const portal = { client_endpoint: clientEndpoint(state), member_id: state.options.memberId };
  if (kind === 'webhook') {
    const { domain, server_endpoint } = place;
    const { client_endpoint, member_id } = portal;
    return { domain, client_endpoint, server_endpoint, member_id, application_token: applicationToken };
  }
  if (token === null || kind === 'no-tokens') return { ...place, ...portal, application_token: applicationToken };
  return {
    access_token: token.access,
    expires: token.expires,
    expires_in: state.options.accessTokenSeconds,
    scope: state.options.scope.join(','),
    ...place,
    status: state.app?.status ?? 'F',
    ...portal,
    user_id: token.userId,
    ...(kind === 'with-refresh' ? { refresh_token: token.refresh } : {}),
    application_token: applicationToken,
  };
}

export interface Sending {
  readonly binding: Binding;
  readonly data: WireMap;
  readonly cause: Cause;
  readonly auth: AuthKind;
  readonly lane: string;
}

/** Whether the portal sends events to this owner: the app is present, active, fully installed and paid for. */
function mayReceive(state: PortalState, binding: Binding): boolean {
  if (binding.webhookClientId !== null) return true;
  const app = state.app;
  if (app === null || app.clientId !== binding.appId) return false;
  return app.installed && app.active && !app.paymentExpired;
}

/** Puts one event on the queue, unless the filter or the nesting limit forbids it. */
export function send(state: PortalState, sending: Sending): void {
  const { binding, cause } = sending;
  if (!mayReceive(state, binding) || cause.depth <= 0) return;
  const applicationToken = binding.webhookClientId ?? state.app?.applicationToken ?? '';
  const tokenless = binding.webhookClientId !== null || cause.userId <= 0 || cause.withoutTokens === true;
  const token =
    tokenless || sending.auth === 'no-tokens'
      ? null
      : state.tokens.issueForEvent(cause.userId, binding.appId, cause.depth);
  const body = buildQuery({
    event: binding.event,
    event_handler_id: binding.id,
    data: sending.data,
    ts: Math.floor(state.now() / 1000),
    auth: authBlock(state, token, binding.webhookClientId === null ? sending.auth : 'webhook', applicationToken),
  });
  state.queue.add({ event: binding.event, url: binding.handler, body, lane: sending.lane });
}

/** The bindings of one owner for one event, oldest first. */
export function bindingsFor(state: PortalState, appId: string, event: string): Binding[] {
  return [...state.bindings.values()].filter((row) => row.appId === appId && row.event === event);
}

/** `data[BOT]` for these bots. */
export function botMap(state: PortalState, bots: readonly Bot[], depth: number): ReadonlyMap<number, WireMap> {
  return new Map(
    bots.map((bot) => {
      const tokens = botTokens(state, bot, depth);
      return [bot.id, { ...tokens, AUTH: tokens, BOT_ID: bot.id, BOT_CODE: bot.code }];
    }),
  );
}

function yesNo(value: boolean): string {
  return value ? 'Y' : 'N';
}

/** `data[USER]` of join, command and context events. */
export function userBlock(user: User | undefined): WireMap {
  if (user === undefined) return {};
  return {
    ID: user.id,
    NAME: fullName(user),
    FIRST_NAME: user.firstName,
    LAST_NAME: user.lastName,
    WORK_POSITION: user.workPosition,
    GENDER: user.gender,
  };
}

/** `data[USER]` of message events: with the IS_ flags. */
export function userBlockWithFlags(user: User | undefined): WireMap {
  if (user === undefined) return {};
  return {
    ...userBlock(user),
    IS_BOT: yesNo(user.isBot),
    IS_CONNECTOR: yesNo(user.isConnector),
    IS_NETWORK: 'N',
    IS_EXTRANET: yesNo(user.isExtranet),
  };
}

/** The chat's entity fields as v1 events list them. */
export function entityFields(chat: Chat): WireMap {
  return {
    CHAT_ENTITY_TYPE: chat.type === 'P' ? null : chat.entityType,
    CHAT_ENTITY_ID: chat.entityId,
    CHAT_ENTITY_DATA_1: chat.entityData1,
    CHAT_ENTITY_DATA_2: chat.entityData2,
    CHAT_ENTITY_DATA_3: chat.entityData3,
  };
}

/** DIALOG_ID as events name it: the author's id in private, `chat<id>` elsewhere. */
export function eventDialogId(chat: Chat, authorId: number): string {
  const bot = [...chat.members].find((member) => member !== authorId);
  return chat.type === 'P' ? dialogIdFor(chat, bot ?? authorId) : `chat${chat.id}`;
}

/** The lane that keeps events of one chat together. */
export function laneOf(chat: Chat): string {
  return `chat${chat.id}`;
}
