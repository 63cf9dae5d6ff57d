/**
 * Sets a portal up: learns what it can do, registers our bots and their commands, binds the lifecycle events. Every step may be
 * repeated: an installation, a re-installation and an update all come through here.
 */
import type { BotType } from '../../core/bot.ts';
import { AppError } from '../../core/errors.ts';
import type { Language } from '../../core/events.ts';
import { botCommands, pressCommand } from '../../core/texts.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { isRecord, readId } from '../rest/rest-errors.ts';
import { propertiesOf } from './bot-look.ts';
import { appRefOf } from './proof.ts';

export interface WantedBot {
  readonly code: string;
  readonly type: BotType;
  readonly name: string;
}

export interface SetUpOptions {
  readonly portal: string;
  readonly language: Language;
  /** The one address of all events: `<PUBLIC_URL>/bitrix24/events`. */
  readonly eventUrl: string;
  /** Sent as CLIENT_ID: portals in webhook mode need it, the others ignore it. */
  readonly clientId: string;
  /** In the order of registration: Open Channel bots first (trap 25), never more than five. */
  readonly bots: readonly WantedBot[];
  readonly signal: AbortSignal;
}

/** What became of a bot: its id in the portal, or why the portal refused it. */
export type BotResult =
  | { readonly code: string; readonly botId: string }
  | { readonly code: string; readonly problem: string };

export interface SetUpResult {
  readonly hasV2: boolean;
  readonly license: string;
  /** How the portal names our app (`appRefOf`); null where no app is installed. */
  readonly appRef: string | null;
  readonly bots: readonly BotResult[];
}

/** The lifecycle events a marketplace app may bind; bot events are bound by registering. */
const lifecycleEvents = ['ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPINSTALL', 'ONAPPPAYMENT'];

/** The whole set-up may wait this long for the portal's rate budget. */
const patienceMs = 20_000;

/** Refusals that concern one bot; anything else stops the set-up, which is then tried again as a whole. */
const botRefusals = new Map([
  ['bitrix24.MAX_COUNT_ERROR', 'the portal allows this app no more bots'],
  ['bitrix24.BOT_LIMIT_EXCEEDED', 'the portal allows this app no more bots'],
  ['bitrix24.APP_ID_ERROR', 'another app in this portal already uses this bot code'],
  ['bitrix24.BOT_OWNERSHIP_ERROR', 'another app in this portal already uses this bot code'],
  ['bitrix24.CODE_ERROR', 'the portal does not accept this bot code'],
  ['bitrix24.NAME_ERROR', 'the portal does not accept this bot name'],
]);

/** Does it all. Throws the first AppError that is not about a single bot. */
export async function setUpPortal(client: PortalClient, options: SetUpOptions): Promise<SetUpResult> {
  const isApp = await client.isApp(options.portal);
  const { license, appRef } = isApp ? await readAppInfo(client, options) : { license: '', appRef: null };
  // The second API wants a bot token of a webhook, which bots of the first one do not have.
  const hasV2 = isApp && (await knowsV2(client, options));
  const bots: BotResult[] = [];
  for (const bot of options.bots) bots.push(await registerBot(client, options, bot));
  await registerCommands(client, options, bots);
  if (isApp) await bindLifecycle(client, options);
  return { hasV2, license, appRef, bots };
}

const calling = (options: SetUpOptions) => ({ patienceMs, signal: options.signal });

async function readAppInfo(client: PortalClient, options: SetUpOptions) {
  const info = await client.call(options.portal, 'app.info', {}, calling(options));
  const license = isRecord(info) && typeof info['LICENSE'] === 'string' ? info['LICENSE'] : '';
  return { license, appRef: appRefOf(info) };
}

/** Older self-hosted portals have no `imbot.v2.*`; answers go out through v1 there. */
async function knowsV2(client: PortalClient, options: SetUpOptions): Promise<boolean> {
  try {
    await client.call(options.portal, 'imbot.v2.Revision.get', {}, calling(options));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'bitrix24.ERROR_METHOD_NOT_FOUND') return false;
    throw error;
  }
}

/**
 * Registers a bot, or finds it registered; then sets its look and handlers with `imbot.update`, which registering leaves as they were
 * (trap 29) and which a foreign app's bot refuses: registering alone answers with the foreign bot's id as if all were well (trap 28).
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
  const look = propertiesOf(bot, options.language);
  try {
    const id = await client.call(
      options.portal,
      'imbot.register',
      {
        CODE: bot.code,
        TYPE: bot.type,
        OPENLINE: bot.type === 'O' ? 'Y' : 'N',
        ...handlers,
        CLIENT_ID: options.clientId,
        PROPERTIES: look,
      },
      calling(options),
    );
    const botId = readId('imbot.register', id);
    await client.call(
      options.portal,
      'imbot.update',
      { BOT_ID: Number(botId), CLIENT_ID: options.clientId, FIELDS: { ...handlers, PROPERTIES: look } },
      calling(options),
    );
    return { code: bot.code, botId };
  } catch (error) {
    const problem = error instanceof AppError ? botRefusals.get(error.code) : undefined;
    if (problem === undefined) throw error;
    return { code: bot.code, problem };
  }
}

/** The portal wants a title even of a command it does not show. */
const registered = [
  ...botCommands.map((command) => ({ ...command, hidden: false })),
  { command: pressCommand, title: { ru: 'Кнопка', en: 'Button' }, hidden: true },
];

/** All commands of all bots in one request. Registering again is harmless: the portal keeps the old entry. */
async function registerCommands(
  client: PortalClient,
  options: SetUpOptions,
  bots: readonly BotResult[],
): Promise<void> {
  const calls = bots.flatMap((bot) =>
    'problem' in bot
      ? []
      : registered.map(({ command, title, hidden }) => ({
          method: 'imbot.command.register',
          params: {
            BOT_ID: Number(bot.botId),
            COMMAND: command,
            COMMON: 'N',
            HIDDEN: hidden ? 'Y' : 'N',
            EXTRANET_SUPPORT: 'N',
            EVENT_COMMAND_ADD: options.eventUrl,
            LANG: Object.entries(title).map(([language, text]) => ({ LANGUAGE_ID: language, TITLE: text, PARAMS: '' })),
          },
        })),
  );
  if (calls.length === 0) return;
  for (const answer of await client.batch(options.portal, calls, calling(options))) {
    if ('error' in answer) throw answer.error;
  }
}

/** Binds what is not bound yet. `event.bind` refuses a second binding, so the list is read first. */
async function bindLifecycle(client: PortalClient, options: SetUpOptions): Promise<void> {
  const known = await client.call(options.portal, 'event.get', {}, calling(options));
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
    calling(options),
  );
  for (const answer of answers) {
    // Portals differ in which lifecycle events they offer; the bound ones matter, an unknown one must not stop the set-up.
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
