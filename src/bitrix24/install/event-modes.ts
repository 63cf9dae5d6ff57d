/** Moves a portal from one event API to another without losing events. */
import { AppError } from '../../core/errors.ts';
import type { EventApi } from '../../core/event-api.ts';
import { isRecord } from '../../core/is-record.ts';
import type { PortalClient } from '../rest/portal-client.ts';
import { batchError } from '../rest/rest-errors.ts';
import { callOptions } from './call-options.ts';
import type { PolledBot, SetUpOptions } from './set-up-types.ts';

/** From this revision on, the documentation says, a portal keeps the bindings of `imbot.v2` in order by itself. */
const settledRevision = 35;

/** The revision of `imbot.v2` in the portal; null if the portal lacks it: older self-hosted portals know only the first API. */
export async function readRevision(client: PortalClient, options: SetUpOptions): Promise<number | null> {
  try {
    const answer = await client.call(options.portal, 'imbot.v2.Revision.get', {}, callOptions(options));
    const revision = Number(isRecord(answer) ? answer['rest'] : undefined);
    return Number.isInteger(revision) ? revision : 0;
  } catch (error) {
    if (error instanceof AppError && error.code === 'bitrix24.ERROR_METHOD_NOT_FOUND') return null;
    throw error;
  }
}

/** The API that the portal is to run: the wanted one if the portal has `imbot.v2`, otherwise the first API. */
export function chooseEventApi(
  { wantedApi, isReachable }: Pick<SetUpOptions, 'wantedApi' | 'isReachable'>,
  revision: number | null,
): EventApi {
  if (revision === null) return 'v1-webhook';
  if (wantedApi !== 'auto') return wantedApi;
  if (!isReachable) return 'v2-fetch';
  return revision < settledRevision ? 'v1-webhook' : 'v2-webhook';
}

export interface BotMode extends PolledBot {
  readonly isFetched: boolean;
}

/** Our bots in the portal and how each gets its events. */
export async function readBotModes(client: PortalClient, options: SetUpOptions): Promise<readonly BotMode[]> {
  const answer = await client.call(options.portal, 'imbot.v2.Bot.list', {}, callOptions(options));
  const bots = isRecord(answer) && Array.isArray(answer['bots']) ? answer['bots'] : [];
  return bots.filter(isRecord).map((bot) => ({
    code: String(bot['code']),
    botId: String(bot['id']),
    isFetched: bot['eventMode'] === 'fetch',
  }));
}

/** The portal recognises a bot of an incoming webhook by the owner's name in the bot's address, which `imbot.v2` does not add by itself. */
export async function webhookUrlOf(client: PortalClient, options: SetUpOptions): Promise<string> {
  const owner = await client.ownerOf(options.portal);
  return owner === null ? options.eventUrl : `${options.eventUrl}?CLIENT_ID=${encodeURIComponent(owner)}`;
}

/** The most events in the last answer before a bot changes over; there are few, since everything before them has been fetched. */
const lastEvents = 1_000;

/**
 * Has the bot's events posted from now on. On this change the portal deletes the events it keeps for polling. So we fetch everything first;
 * then one request fetches the rest and changes the mode, in this order. Events between its two steps, a matter of milliseconds, are lost.
 * Events that the portal posts before the rest is stored wait for it.
 */
export async function leaveFetch(
  client: PortalClient,
  options: SetUpOptions,
  bot: PolledBot,
  eventApi: Exclude<EventApi, 'v2-fetch'>,
): Promise<void> {
  const botId = Number(bot.botId);
  const address = eventApi === 'v2-webhook' ? { webhookUrl: await webhookUrlOf(client, options) } : {};
  const offset = await options.polling.drain(bot);
  const calls = [
    { method: 'imbot.v2.Event.get', params: { botId, offset, limit: lastEvents } },
    { method: 'imbot.v2.Bot.update', params: { botId, fields: { eventMode: 'webhook', ...address } } },
  ];
  const how = { ...callOptions(options), stopsAtError: true };
  await options.polling.hold();
  try {
    const [fetched, updated] = await client.batch(options.portal, calls, how);
    if (fetched === undefined || 'error' in fetched) throw fetched?.error ?? batchError('imbot.v2.Event.get', null);
    await options.polling.store(fetched.result, offset);
    if (updated === undefined || 'error' in updated) throw updated?.error ?? batchError('imbot.v2.Bot.update', null);
  } finally {
    await options.polling.release();
  }
}
