/**
 * One channel of MessageGateway per Open Channel and messenger: made when its first customer writes, found again by its external id, kept
 * in step with the settings, and taken down with the connection. Which ones there are is remembered in the connection's memory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { RemoteUnreachable, toAppError } from '../../../core/errors.ts';
import type { LineSession } from '../../../core/events.ts';
import { sha256 } from '../../../lib/encryption.ts';
import { channelSettings } from '../account/channel-settings.ts';
import { connectionIdIn } from '../account/client-id.ts';
import { type ChannelType, channelTypeOf, channelTypes, messengerName, textLimitsOf } from '../account/messengers.ts';
import type { Apis } from '../api/apis.ts';
import { channelOffCode, isRefusal } from '../api/mg-http.ts';
import type { MgChannel } from '../api/mg-shapes.ts';
import type { ChannelFields } from '../api/transport-api.ts';
import type { JoinedConfig, MessageGatewayConfig } from '../config.ts';

/** What a line channel is made by. */
interface Place {
  readonly config: JoinedConfig;
  readonly apis: Pick<Apis, 'transport'>;
  readonly tools: ConnectorTools;
}

const memoryStart = 'line-channel:';
const storedShape = z.object({ id: z.int() });

/** Longer than finding and making a channel can take: two calls at their time limit. */
const claimSeconds = 60;
/** How long the one who did not get the claim looks for the other's channel before the message is tried again. */
const waitMs = 5_000;
const lookMs = 200;

type Line = Pick<LineSession, 'lineId' | 'connector'>;

/** The ids of all channels that were made for lines. */
export async function knownLineChannels(state: ConnectorTools['state']): Promise<readonly number[]> {
  const found = await state.list(memoryStart);
  return found.flatMap(({ value }) => {
    const stored = storedShape.safeParse(value);
    return stored.success ? [stored.data.id] : [];
  });
}

/** The channel of a line and messenger. Of all processes that need it at once one makes it. Throws AppErrors. */
export async function lineChannel(place: Place, line: Line, title: string, signal: AbortSignal): Promise<number> {
  const { state } = place.tools;
  const key = `${memoryStart}${keyOf(line)}`;
  const claim = `making-${key}`;
  const read = async (): Promise<number | null> => storedShape.safeParse(await state.get(key)).data?.id ?? null;
  for (const end = Date.now() + waitMs; ; ) {
    const known = await read();
    if (known !== null) return known;
    if (await state.claim(claim, {}, claimSeconds)) break;
    if (Date.now() > end) throw busy();
    await sleep(lookMs, undefined, { signal });
  }
  try {
    // Made between the look and the claim.
    const known = await read();
    if (known !== null) return known;
    const id = await findOrMake(place, line, title, signal);
    await state.put(key, { id });
    return id;
  } finally {
    await state.forget(claim);
  }
}

function busy(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'messagegateway.channel_in_making',
    message: 'the channel of this line is being made by another process',
    retry: { afterMs: 1_000 },
  });
}

/** A process that died before it could remember its channel has left it under its external id. */
async function findOrMake(place: Place, line: Line, title: string, signal: AbortSignal): Promise<number> {
  const { config, apis, tools } = place;
  const { transport } = apis;
  const externalId = externalIdOf(config, line);
  const all = await transport.channels({ limit: 1000 });
  const found = all.find(({ external_id: id }) => id === externalId);
  if (found !== undefined && found.is_active !== false) return found.id;
  const { hasV2 } = await tools.portalInfo();
  const type = channelTypeOf(line.connector, config.channels.types);
  const named = await nameOf(tools, line, title, signal);
  const messenger = messengerName(line.connector, type);
  // The account limits names to 100 characters.
  const name = [named.slice(0, 60).trim(), messenger.slice(0, 37)].filter((part) => part !== '').join(' · ');
  const fields: ChannelFields = {
    type,
    name: name.toWellFormed(),
    external_id: externalId,
    settings: settingsOf(config, type, hasV2),
  };
  return await transport.activateChannel(found === undefined ? fields : { ...fields, id: found.id });
}

function settingsOf(config: MessageGatewayConfig, type: ChannelType, hasV2: boolean): ChannelFields['settings'] {
  const limits = textLimitsOf(type, config.channels.textLimits);
  return channelSettings(config.maxFileMegabytes * 1024 * 1024, hasV2, limits);
}

/** What the portal calls the line; what its chats are called by it; its number. Nobody waits for a name. */
async function nameOf(tools: ConnectorTools, line: Line, title: string, signal: AbortSignal): Promise<string> {
  try {
    const name = await tools.openChannelName(line.lineId, signal);
    if (name !== null) return name;
  } catch (thrown) {
    tools.log('the name of an Open Channel could not be learned', {
      line: line.lineId,
      reason: toAppError(thrown).code,
    });
  }
  // `<customer> - <line>`
  const start = title.lastIndexOf(' - ');
  const inTitle = start < 0 ? '' : title.slice(start + 3).trim();
  return inTitle === '' ? `Open Channel ${line.lineId}` : inTitle;
}

/** Of a line and messenger, as a part of keys: codes of other vendors may be long or strange. */
function keyOf({ lineId, connector }: Line): string {
  const plain = `${lineId}:${connector}`;
  return /^[\w:-]{1,26}$/.test(plain) ? plain : `#${sha256(plain).toString('hex').slice(0, 24)}`;
}

/** At most 64 characters: the connection's id is 36. */
function externalIdOf(config: JoinedConfig, line: Line): string {
  return `${connectionIdIn(config.joined.clientId) ?? ''}:${keyOf(line)}`;
}

/** Of the channels of an account, those of this connection's lines. */
function lineChannelsAmong(channels: readonly MgChannel[], connectionId: string): readonly MgChannel[] {
  return channels.filter(({ external_id: id }) => id?.startsWith(`${connectionId}:`) === true);
}

/** Brings every line's channel in step with what bot and portal can do now, and switches on those that are off. Throws AppErrors. */
export async function refreshLineChannels(
  { transport }: Pick<Apis, 'transport'>,
  given: { readonly config: MessageGatewayConfig; readonly connectionId: string; readonly hasV2: boolean },
  known?: readonly MgChannel[],
): Promise<void> {
  const channels = known ?? (await transport.channels({ limit: 1000 }));
  for (const channel of lineChannelsAmong(channels, given.connectionId)) {
    const type = channelTypes.find((name) => name === channel.type) ?? 'custom';
    const settings = settingsOf(given.config, type, given.hasV2);
    const fields = { type, name: channel.name ?? '', external_id: channel.external_id ?? '', settings };
    if (channel.is_active === false) await transport.activateChannel({ ...fields, id: channel.id });
    else await transport.updateChannel(channel.id, fields);
  }
}

/** Forgets the channels of lines that the account does not have (any more): each is made anew when it is next needed. Throws AppErrors. */
export async function forgetGoneChannels(
  { transport }: Pick<Apis, 'transport'>,
  state: ConnectorTools['state'],
  known: readonly MgChannel[],
): Promise<void> {
  const remembered = await state.list(memoryStart);
  const idOf = (value: unknown): number | undefined => storedShape.safeParse(value).data?.id;
  const isThere = (channels: readonly MgChannel[], value: unknown): boolean =>
    channels.some(({ id }) => id === idOf(value));
  if (remembered.every(({ value }) => isThere(known, value))) return;
  // One may have been made since `known` was read: only what is missing later than it was remembered is gone.
  const now = await transport.channels({ limit: 1000 });
  for (const { key, value } of remembered) {
    if (!isThere(now, value)) await state.forget(key);
  }
}

/** Managers can no longer write into any channel of the connection. Those that are off already, or gone, are fine. Throws AppErrors. */
export async function switchChannelsOff({ transport }: Pick<Apis, 'transport'>, config: JoinedConfig): Promise<void> {
  const { channelId, clientId } = config.joined;
  const channels = await transport.channels({ limit: 1000 });
  const ofLines = lineChannelsAmong(channels, connectionIdIn(clientId) ?? clientId);
  const on = ofLines.filter(({ is_active: isActive }) => isActive !== false).map(({ id }) => id);
  for (const id of [channelId, ...on]) {
    try {
      await transport.deactivateChannel(id);
    } catch (error) {
      const isGone = toAppError(error).code === channelOffCode;
      if (!isGone && !isRefusal(error, /already/i)) throw error;
    }
  }
}
