/**
 * Sets a portal up: finds out what it supports, registers our bots and their commands, binds the lifecycle events. Every step may be
 * repeated: an installation, a re-installation and an update all use it.
 */
import { hash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { isRecord, readId } from '../rest/rest-errors.ts';
import { propertiesOf } from './bot-profile.ts';
import { appRefOf } from './proof.ts';
import { registerCommands } from './set-up-commands.ts';
import type { BotResult, SetUpOptions, WantedBot } from './set-up-types.ts';

export interface SetUpResult {
  readonly hasV2: boolean;
  readonly license: string;
  /** How the portal names our app (`appRefOf`); null where no app is installed. */
  readonly appRef: string | null;
  readonly bots: readonly BotResult[];
}

/** The lifecycle events a marketplace app may bind; bot events are bound by registering. */
const lifecycleEvents = ['ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPINSTALL', 'ONAPPPAYMENT'];

/** The whole set-up may wait this long for the portal's rate limiter. */
const patienceMs = 20_000;

/** Refusals that concern one bot; any other error stops the set-up, which is then retried as a whole. */
const botRefusals = new Map([
  ['bitrix24.MAX_COUNT_ERROR', 'the portal allows this app no more bots'],
  ['bitrix24.BOT_LIMIT_EXCEEDED', 'the portal allows this app no more bots'],
  ['bitrix24.APP_ID_ERROR', 'another app in this portal already uses this bot code'],
  ['bitrix24.BOT_OWNERSHIP_ERROR', 'another app in this portal already uses this bot code'],
  ['bitrix24.CODE_ERROR', 'the portal does not accept this bot code'],
  ['bitrix24.NAME_ERROR', 'the portal does not accept this bot name'],
]);

/** Runs all steps. Throws the first AppError that does not concern a single bot. */
export async function setUpPortal(client: PortalClient, options: SetUpOptions): Promise<SetUpResult> {
  const isApp = await client.isApp(options.portal);
  const { license, appRef } = isApp ? await readAppInfo(client, options) : { license: '', appRef: null };
  // The second API requires a bot token in webhook mode, which bots of the first API do not have.
  const hasV2 = isApp && (await supportsV2(client, options));
  const bots: BotResult[] = [];
  for (const bot of options.bots) bots.push(await registerBot(client, options, bot));
  const registeredBots = await registerCommands(client, options, bots);
  if (isApp) await bindLifecycle(client, options);
  return { hasV2, license, appRef, bots: registeredBots };
}

const callOptions = (options: SetUpOptions) => ({ patienceMs, signal: options.signal });

async function readAppInfo(client: PortalClient, options: SetUpOptions) {
  const info = await client.call(options.portal, 'app.info', {}, callOptions(options));
  const license = isRecord(info) && typeof info['LICENSE'] === 'string' ? info['LICENSE'] : '';
  return { license, appRef: appRefOf(info) };
}

/** Older self-hosted portals have no `imbot.v2.*`; answers are sent through v1 there. */
async function supportsV2(client: PortalClient, options: SetUpOptions): Promise<boolean> {
  try {
    await client.call(options.portal, 'imbot.v2.Revision.get', {}, callOptions(options));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'bitrix24.ERROR_METHOD_NOT_FOUND') return false;
    throw error;
  }
}

/**
 * Registers a bot, or finds it registered. Registering again leaves its profile unchanged, and returns a foreign app's bot of that code
 * without an error. So `imbot.update` follows, which is refused for a foreign bot; it sends the handlers and the properties that differ
 * from what we last sent: what an administrator has changed since then is kept.
 */
async function registerBot(client: PortalClient, options: SetUpOptions, bot: WantedBot): Promise<BotResult> {
  const url = options.eventUrl;
  const handlers = {
    EVENT_MESSAGE_ADD: url,
    EVENT_MESSAGE_UPDATE: url,
    EVENT_MESSAGE_DELETE: url,
    EVENT_WELCOME_MESSAGE: url,
    EVENT_BOT_DELETE: url,
    EVENT_CONTEXT_GET: url,
  };
  const properties = propertiesOf(bot, bot.language ?? options.language);
  const owner = { CLIENT_ID: options.clientId };
  const register = {
    CODE: bot.code,
    TYPE: bot.type,
    OPENLINE: bot.type === 'O' ? 'Y' : 'N',
    ...handlers,
    PROPERTIES: properties,
    ...owner,
  };
  try {
    const id = await client.call(options.portal, 'imbot.register', register, callOptions(options));
    const botId = readId('imbot.register', id);
    const known = bot.bot_id === botId ? bot.synced : null;
    const profile = storableProfile(properties);
    // A new bot got its profile when it was registered.
    const changed = known === null ? {} : changesOf(properties, profile, known.profile);
    const fields = { ...handlers, ...(Object.keys(changed).length === 0 ? {} : { PROPERTIES: changed }) };
    const update = { BOT_ID: Number(botId), ...owner, FIELDS: fields };
    await client.call(options.portal, 'imbot.update', update, callOptions(options));
    return { code: bot.code, botId, synced: { profile, commands: known?.commands ?? {} } };
  } catch (error) {
    const problem = error instanceof AppError ? botRefusals.get(error.code) : undefined;
    if (problem === undefined) throw error;
    return { code: bot.code, problem };
  }
}

/** The properties in a form that can be stored: a picture as a hash. */
function storableProfile(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, value.length > 200 ? hash('sha256', value) : value]),
  );
}

function changesOf(
  properties: Readonly<Record<string, string>>,
  profile: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => profile[name] !== before[name]));
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

/** Binds the events that are not bound yet. `event.bind` refuses a second binding, so the list is read first. */
async function bindLifecycle(client: PortalClient, options: SetUpOptions): Promise<void> {
  const known = await client.call(options.portal, 'event.get', {}, callOptions(options));
  const bound = new Set(
    (Array.isArray(known) ? known : [])
      .filter(isRecord)
      .filter((entry) => entry['handler'] === options.eventUrl)
      .map((entry) => String(entry['event']).toUpperCase()),
  );
  const missing = lifecycleEvents.filter((event) => !bound.has(event));
  if (missing.length === 0) return;
  const answers = await client.batch(
    options.portal,
    missing.map((event) => ({ method: 'event.bind', params: { event, handler: options.eventUrl } })),
    callOptions(options),
  );
  for (const answer of answers) {
    // Portals offer different lifecycle events; an unknown one must not stop the set-up.
    if ('error' in answer && !isHarmless(answer.error)) throw answer.error;
  }
}

function isHarmless(error: Error): boolean {
  return (
    error instanceof AppError &&
    (error.code === 'bitrix24.ERROR_EVENT_NOT_FOUND' ||
      error.code === 'bitrix24.ERROR_EVENT_BINDING_EXISTS' ||
      /already bind/i.test(error.message))
  );
}
