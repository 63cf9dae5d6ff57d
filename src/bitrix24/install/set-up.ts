/**
 * Sets a portal up: finds out what it supports, brings its bots to the event API it is to run, registers them and their commands, binds the
 * lifecycle events. Every step may be repeated: an installation, a re-installation, an update and a change of the event API all use it.
 */
import { AppError } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import { licenseIn } from '../app-info.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { callOptions, patienceMs } from './call-options.ts';
import { enableReactions } from './enable-reactions.ts';
import { bindBotEvents, bindLifecycle, bindOptional, unbindOthers } from './event-bindings.ts';
import { type BotMode, chooseEventApi, leaveFetch, readBotModes, readRevision } from './event-modes.ts';
import { appRefOf } from './proof.ts';
import { registerBotV1 } from './register-v1.ts';
import { registerBotV2 } from './register-v2.ts';
import { registerCommands } from './set-up-commands.ts';
import type { BotResult, SetUpOptions } from './set-up-types.ts';

export interface SetUpResult {
  readonly hasV2: boolean;
  readonly license: string;
  /** How the portal names our app (`appRefOf`); null where no app is installed. */
  readonly appRef: string | null;
  /** How the portal's events arrive now. */
  readonly eventApi: EventApi;
  readonly bots: readonly BotResult[];
}

/** At least as long as changing all bots over takes; if that breaks off, the portal is still polled after this time. */
const changeSeconds = 30;

/**
 * The longest that a posted event is on its way. Bitrix24 promises nothing; usually it is less than a second. A change happens once, so we
 * wait longer: a polled event must not overtake a posted one.
 */
const usualUnderwaySeconds = 10;

/** Runs all steps. Throws the first AppError that does not concern a single bot. */
export async function setUpPortal(client: PortalClient, options: SetUpOptions): Promise<SetUpResult> {
  const isApp = (await client.ownerOf(options.portal)) === null;
  const { license, appRef } = isApp ? await askAboutApp(client, options) : { license: '', appRef: null };
  const revision = await readRevision(client, options);
  const eventApi = chooseEventApi(options, revision);
  const isSettled = eventApi === 'v1-webhook' && options.formerApi === 'v1-webhook' && !options.isChange;
  const modes = revision === null || isSettled ? [] : await readBotModes(client, options);
  // Events posted before the change may still be on their way; events kept from then on are polled after those have come.
  const wasPosted = eventApi === 'v2-fetch' && options.formerApi !== null && options.formerApi !== 'v2-fetch';
  if (eventApi === 'v2-fetch') await options.polling.begin(wasPosted ? changeSeconds : 0);
  else await leavePolling(client, options, { eventApi, isApp, modes });
  const bots: BotResult[] = [];
  for (const bot of options.bots) {
    bots.push(
      eventApi === 'v1-webhook'
        ? await registerBotV1(client, options, bot)
        : await registerBotV2(client, options, bot, eventApi),
    );
  }
  if (wasPosted) await options.polling.begin(options.underwaySeconds ?? usualUnderwaySeconds);
  const registeredBots = await registerCommands(client, options, bots, eventApi);
  if (isApp) {
    await bindLifecycle(client, options, eventApi);
    const withReactions = eventApi === 'v1-webhook' && revision !== null;
    await bindOptional(client, options, { withReactions });
    if (withReactions) await enableReactions(client, options, bots);
  }
  // With only an incoming webhook, nothing can be unbound: an event that is reported twice has one identity, and is stored once.
  if (isApp && !isSettled) await unbindOthers(client, options, eventApi);
  const hasV2 = revision !== null && (isApp || eventApi !== 'v1-webhook' || (await ownsInV2(client, options)));
  return { hasV2, license, appRef, eventApi, bots: registeredBots };
}

/** Before bots are registered for posted events, changes over those that are still polled, one after the other. */
async function leavePolling(
  client: PortalClient,
  options: SetUpOptions,
  {
    eventApi,
    isApp,
    modes,
  }: {
    readonly eventApi: Exclude<EventApi, 'v2-fetch'>;
    readonly isApp: boolean;
    readonly modes: readonly BotMode[];
  },
): Promise<void> {
  const polled = modes.filter(({ isFetched }) => isFetched);
  if (polled.length > 0 && isApp) await bindBotEvents(client, options, eventApi);
  for (const bot of polled) await leaveFetch(client, options, bot, eventApi);
  if (options.formerApi === 'v2-fetch') await options.polling.end(eventApi);
}

/** Whether `imbot.v2` counts bots that an incoming webhook registered through the first API as the same owner's. */
async function ownsInV2(client: PortalClient, options: SetUpOptions): Promise<boolean> {
  const codes = new Set((await readBotModes(client, options)).map(({ code }) => code));
  return options.bots.some(({ code }) => codes.has(code));
}

async function askAboutApp(client: PortalClient, options: SetUpOptions) {
  const info = await client.call(options.portal, 'app.info', {}, callOptions(options));
  return { license: licenseIn(info), appRef: appRefOf(info) };
}

/** Removes a bot of ours from the portal, with its private chats. False when it was already removed, or is not ours. */
export async function unregisterBot(
  client: PortalClient,
  where: Pick<SetUpOptions, 'portal' | 'clientId' | 'signal'>,
  botId: string,
): Promise<boolean> {
  const params = { BOT_ID: Number(botId), CLIENT_ID: where.clientId };
  try {
    await client.call(where.portal, 'imbot.unregister', params, { patienceMs, signal: where.signal });
    return true;
  } catch (error) {
    if (error instanceof AppError && goneCodes.has(error.code)) return false;
    throw error;
  }
}

const goneCodes = new Set(['bitrix24.BOT_ID_ERROR', 'bitrix24.APP_ID_ERROR']);
