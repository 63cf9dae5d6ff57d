/** Registers a bot through the first API, whose events are then posted to the app. */
import type { PortalClient } from '../rest/portal-client.ts';
import { readId } from '../rest/rest-errors.ts';
import { propertiesOf, storableProfile } from './bot-profile.ts';
import { needsSecondApi, refusalOf } from './bot-refusals.ts';
import { callOptions } from './call-options.ts';
import type { BotResult, SetUpOptions, WantedBot } from './set-up-types.ts';

/**
 * Registers a bot, or finds it registered. Registering again leaves the profile unchanged, and returns another app's bot with the same code
 * without an error. So `imbot.update` follows, which the portal refuses for another app's bot. It sends the handlers, and only the
 * properties that differ from what we last sent, so an administrator's changes since then are kept.
 */
export async function registerBotV1(client: PortalClient, options: SetUpOptions, bot: WantedBot): Promise<BotResult> {
  if (bot.type === 'P') return { code: bot.code, problem: needsSecondApi };
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
    const problem = refusalOf(error);
    if (problem === null) throw error;
    return { code: bot.code, problem };
  }
}

function changesOf(
  properties: Readonly<Record<string, string>>,
  profile: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => profile[name] !== before[name]));
}
