/** What a REST method receives, how it declares itself, and the checks with which most methods begin. */
import type { Cause } from './events/envelope.ts';
import { EVENT_DEPTH } from './events/envelope.ts';
import { intOf, textOf } from './param-reader.ts';
import { RestError } from './rest-error.ts';
import { type Bot, botsOfApp, type PortalState } from './state.ts';
import type { Params } from './wire-format.ts';

/** The result of a successful call, independent of HTTP. */
export interface Outcome {
  readonly result: unknown;
  readonly time: {
    readonly start: number;
    readonly finish: number;
    readonly duration: number;
    readonly processing: number;
    readonly date_start: string;
    readonly date_finish: string;
    readonly operating_reset_at: number;
    readonly operating: number;
  };
}

export interface CallContext {
  readonly state: PortalState;
  readonly method: string;
  readonly params: Params;
  readonly userId: number;
  /** Client id from the token; null when an incoming webhook calls. */
  readonly clientId: string | null;
  /** How many nested events are still allowed, if the token came with an event; otherwise null. */
  readonly eventDepth: number | null;
  /** Applies ordered faults in the middle of the method, for methods that can be interrupted there. */
  readonly interrupt: (() => Promise<void>) | null;
  /** Runs another method for the same caller, as batch does. */
  readonly runSub: (method: string, params: Params) => Promise<Outcome>;
}

export interface Method {
  /** Any one of these scopes lets the call in; empty = basic. */
  readonly scopes: readonly string[];
  /** The result, or a promise of it. */
  readonly run: (call: CallContext) => unknown;
}

export type MethodTable = Readonly<Record<string, Method>>;

/** The cause of events fired by this call: its user, one level deeper than the token it used. */
export function causeOf(call: CallContext): Cause {
  const depth = call.eventDepth === null ? EVENT_DEPTH : call.eventDepth - 1;
  return { userId: call.userId, depth };
}

/** v1: the owner id for this call. Throws ACCESS_DENIED 403 when neither token nor CLIENT_ID tells it. */
export function ownerV1(call: CallContext, params: Params): string {
  if (call.clientId !== null) return call.clientId;
  const clientId = textOf(params, 'CLIENT_ID');
  if (clientId === '') throw new RestError('ACCESS_DENIED', 'Access denied! Client ID not specified', 403);
  return `custom${clientId}`;
}

/** v1: the bot the call acts as. Without BOT_ID it is the app's first bot. Throws BOT_ID_ERROR, APP_ID_ERROR. */
export function botV1(call: CallContext, params: Params): Bot {
  const owner = ownerV1(call, params);
  const wanted = intOf(params, 'BOT_ID');
  const bot = wanted > 0 ? call.state.bots.get(wanted) : botsOfApp(call.state, owner)[0];
  if (bot === undefined) throw new RestError('BOT_ID_ERROR', 'Bot not found');
  if (bot.appId !== owner) throw new RestError('APP_ID_ERROR', 'Bot was installed by another rest application');
  return bot;
}

/** v2: the owner id for this call. CLIENT_ID is the older name of the bot token. Throws BOT_TOKEN_NOT_SPECIFIED. */
export function ownerV2(call: CallContext): string {
  if (call.clientId !== null) return call.clientId;
  const token = textOf(call.params, 'botToken') || textOf(call.params, 'clientId') || textOf(call.params, 'CLIENT_ID');
  if (token === '') {
    throw new RestError('BOT_TOKEN_NOT_SPECIFIED', 'Bot token not specified (botToken is required for webhook auth)');
  }
  return `custom${token}`;
}

/** v2: the bot the call acts as. Throws BOT_ID_REQUIRED, BOT_NOT_FOUND, BOT_OWNERSHIP_ERROR. */
export function botV2(call: CallContext): Bot {
  const owner = ownerV2(call);
  const wanted = intOf(call.params, 'botId');
  if (wanted <= 0) throw new RestError('BOT_ID_REQUIRED', 'Bot ID is required');
  const bot = call.state.bots.get(wanted);
  if (bot === undefined) throw new RestError('BOT_NOT_FOUND', 'Bot not found');
  if (bot.appId !== owner) {
    throw new RestError('BOT_OWNERSHIP_ERROR', 'Bot was installed by another rest application');
  }
  return bot;
}

/** v2: a parameter that the controller requires. Throws error 100, as the engine does, when it is missing. */
export function requiredV2(call: CallContext, name: string): string {
  const value = textOf(call.params, name);
  if (value === '') throw new RestError('100', `Could not find value for parameter {${name}}`);
  return value;
}

/** v1, in builds where it works: bots in fetch mode are left to the methods of v2. Throws FETCH_NOT_SUPPORTED. */
export function refuseFetchBot(call: CallContext, bot: Bot, method: string): void {
  if (!call.state.options.fetchGuards || bot.eventMode !== 'fetch') return;
  throw new RestError('FETCH_NOT_SUPPORTED', `This bot uses FETCH mode. Use ${method} instead.`);
}
