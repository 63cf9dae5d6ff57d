/** Registers a bot through `imbot.v2`, whose events are then posted to the app or kept for polling. */

import { RemoteUnreachable } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import { isRecord } from '../../core/is-record.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { readId } from '../rest/rest-errors.ts';
import { propertiesOf, propertiesV2, storableProfile, typeNames } from './bot-profile.ts';
import { refusalOf } from './bot-refusals.ts';
import { callOptions } from './call-options.ts';
import { webhookUrlOf } from './event-modes.ts';
import type { BotResult, SetUpOptions, WantedBot } from './set-up-types.ts';

/**
 * Registers a bot, or finds it registered. Registering again changes nothing, so the mode and our changes of the profile are sent
 * afterwards. `imbot.v2.Bot.update` empties what is left out of `properties`: any change sends all texts of the profile, and the picture
 * only if it has changed.
 */
export async function registerBotV2(
  client: PortalClient,
  options: SetUpOptions,
  bot: WantedBot,
  eventApi: Exclude<EventApi, 'v1-webhook'>,
): Promise<BotResult> {
  const properties = propertiesOf(bot, bot.language ?? options.language);
  const profile = storableProfile(properties);
  const mode =
    eventApi === 'v2-fetch'
      ? { eventMode: 'fetch' as const }
      : { eventMode: 'webhook' as const, webhookUrl: await webhookUrlOf(client, options) };
  const fields = {
    code: bot.code,
    type: typeNames[bot.type],
    isSupportOpenline: bot.type === 'O',
    properties: propertiesV2(properties, true),
    ...mode,
  };
  try {
    const registered = readBot(
      await client.call(options.portal, 'imbot.v2.Bot.register', { fields }, callOptions(options)),
    );
    const known = bot.bot_id === registered.id ? bot.synced : null;
    const before = known?.profile ?? profile;
    const isChanged = Object.entries(profile).some(([name, value]) => before[name] !== value);
    const isOtherPicture = before['PERSONAL_PHOTO'] !== profile['PERSONAL_PHOTO'];
    // If events are posted, the address is sent each time: it may have changed since the last set-up.
    const isOtherMode = registered.eventMode !== mode.eventMode || !registered.takesReactions;
    if (isChanged || isOtherMode || mode.eventMode === 'webhook') {
      // A bot that was registered through the first API takes no reactions yet.
      const conduct = { ...mode, isReactionsEnabled: true };
      const update = { ...conduct, ...(isChanged ? { properties: propertiesV2(properties, isOtherPicture) } : {}) };
      const params = { botId: Number(registered.id), fields: update };
      await client.call(options.portal, 'imbot.v2.Bot.update', params, callOptions(options));
    }
    return { code: bot.code, botId: registered.id, synced: { profile, commands: known?.commands ?? {} } };
  } catch (error) {
    const problem = refusalOf(error);
    if (problem === null) throw error;
    return { code: bot.code, problem };
  }
}

interface RegisteredBot {
  readonly id: string;
  readonly eventMode: unknown;
  readonly takesReactions: boolean;
}

function readBot(answer: unknown): RegisteredBot {
  const bot = isRecord(answer) ? answer['bot'] : undefined;
  if (!isRecord(bot)) {
    throw new RemoteUnreachable({ code: 'bitrix24.no_id', message: 'Bitrix24 registered a bot without naming it' });
  }
  const { eventMode, isReactionsEnabled } = bot;
  return { id: readId('imbot.v2.Bot.register', bot['id']), eventMode, takesReactions: isReactionsEnabled !== false };
}
