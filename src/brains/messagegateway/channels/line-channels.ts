/**
 * One channel of MessageGateway per Open Channel and messenger. It is created when its first customer writes, found again by its external
 * id, updated with the settings, and switched off with the connection. The connector state lists them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { RemoteUnreachable, toAppError } from '../../../core/errors.ts';
import type { LineSession } from '../../../core/events.ts';
import { sha256 } from '../../../lib/encryption.ts';
import { connectionIdIn } from '../account/client-id.ts';
import type { Apis } from '../api/apis.ts';
import { channelOffCode, isRefusal, MgRefused } from '../api/mg-http.ts';
import type { MgChannel } from '../api/mg-shapes.ts';
import { type ChannelFields, type ChannelType, channelTypes } from '../api/transport-api.ts';
import type { JoinedConfig, MessageGatewayConfig } from '../config.ts';
import { channelSettings } from './channel-settings.ts';
import { channelTypeOf, messengerName, textLimitsOf } from './messengers.ts';

/** What is needed to create a line channel. */
interface Place {
  readonly config: JoinedConfig;
  readonly apis: Pick<Apis, 'transport'>;
  readonly tools: ConnectorTools;
  /** How long a process without the claim waits for the channel that another one creates, before the message is tried again. */
  readonly waitMs?: number;
}

const memoryStart = 'line-channel:';
const storedShape = z.object({
  id: z.int(),
  line: z.object({ lineId: z.string(), connector: z.string() }).optional(),
});

/** Longer than finding and creating a channel can take: two calls at their time limit, the name of the line, and waiting for the rate limiter. */
function claimSeconds({ requestTimeoutMs }: JoinedConfig): number {
  return 30 + (2 * requestTimeoutMs) / 1_000;
}
/** After a refusal the channel is not tried again for an hour: the cause may be fixed in MessageGateway or by `channels.types`. */
const refusedDays = 1 / 24;
const usualWaitMs = 5_000;
const waitMs = 200;

type Line = Pick<LineSession, 'lineId' | 'connector'>;

/** The ids of all line channels. */
export async function knownLineChannels(state: ConnectorTools['state']): Promise<readonly number[]> {
  const found = await state.list(memoryStart);
  return found.flatMap(({ value }) => {
    const stored = storedShape.safeParse(value);
    return stored.success ? [stored.data.id] : [];
  });
}

/**
 * The channel of a line and messenger; null where the account refuses one. When several processes need it at once, one creates it.
 * Throws AppErrors.
 */
export async function lineChannel(
  place: Place,
  line: Line,
  title: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { state } = place.tools;
  const key = `${memoryStart}${keyOf(line)}`;
  const claim = `making-${key}`;
  const refusal = `refused-${key}`;
  const read = async (): Promise<number | null> => storedShape.safeParse(await state.get(key)).data?.id ?? null;
  for (const end = Date.now() + (place.waitMs ?? usualWaitMs); ; ) {
    const known = await read();
    if (known !== null) return known;
    if ((await state.get(refusal)) !== null) return null;
    if (await state.claim(claim, {}, claimSeconds(place.config))) break;
    if (Date.now() > end) throw busy();
    await sleep(waitMs, undefined, { signal });
  }
  try {
    // Another process may have created it between the first check and the claim.
    const known = await read();
    if (known !== null) return known;
    const id = await findOrMake(place, line, title, signal);
    if (id === null) {
      await state.put(refusal, {}, refusedDays);
      return null;
    }
    await state.put(key, { id, line: { lineId: line.lineId, connector: line.connector } });
    return id;
  } finally {
    await state.forget(claim);
  }
}

function busy(): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'messagegateway.channel_in_making',
    message: 'the channel of this line is being created by another process',
    retry: { afterMs: 1_000 },
    // Creating it may take longer than all attempts of a message.
    isThrottled: true,
  });
}

/** Finds the channel by its external id (a process may have died before it stored the id), or creates it. Null: all types were refused. */
async function findOrMake(place: Place, line: Line, title: string, signal: AbortSignal): Promise<number | null> {
  const { config, apis, tools } = place;
  const { transport } = apis;
  const externalId = externalIdOf(config, line);
  const all = await transport.channels({ limit: 1000 });
  const found = all.find(({ external_id: id }) => id === externalId);
  if (found !== undefined && found.is_active !== false) return found.id;
  const { hasV2 } = await tools.portalInfo();
  const wanted = channelTypeOf(line.connector, config.channels.types);
  const name = channelName(await nameOf(tools, line, title, signal), line, wanted);
  // It is not documented which types a transport may use.
  for (const type of new Set([wanted, 'custom' as const])) {
    const fields: ChannelFields = {
      type,
      name,
      external_id: externalId,
      settings: settingsOf(config, type, hasV2),
    };
    try {
      return await transport.activateChannel(found === undefined ? fields : { ...fields, id: found.id });
    } catch (error) {
      if (!(error instanceof MgRefused)) throw error;
      tools.log('MessageGateway refuses a channel for a line', { line: line.lineId, type, why: error.message });
    }
  }
  return null;
}

function settingsOf(config: MessageGatewayConfig, type: ChannelType, hasV2: boolean): ChannelFields['settings'] {
  const limits = textLimitsOf(type, config.channels.textLimits);
  return channelSettings(config.maxFileMegabytes * 1024 * 1024, hasV2, limits);
}

/** MessageGateway limits names to 100 characters. */
function channelName(lineName: string, { connector }: Line, type: ChannelType): string {
  const messenger = messengerName(connector, type);
  const parts = [lineName.slice(0, 60).trim(), messenger.slice(0, 37)].filter((part) => part !== '');
  return parts.join(' · ').toWellFormed();
}

/**
 * Returns a lookup of the portal's name of a line, one request per line; null where the portal does not answer. Never rejects. After one
 * failure the portal is not asked again, so that it does not hold up the caller.
 */
function presentNames(
  tools: Pick<ConnectorTools, 'openChannelName' | 'log'>,
  signal: AbortSignal,
): (line: Line) => Promise<string | null> {
  const names = new Map<string, string | null>();
  let hasFailed = false;
  return async ({ lineId }) => {
    const known = names.get(lineId);
    if (known !== undefined || hasFailed) return known ?? null;
    try {
      const name = await tools.openChannelName(lineId, signal);
      names.set(lineId, name);
      return name;
    } catch (thrown) {
      hasFailed = true;
      tools.log('the name of an Open Channel could not be read', { line: lineId, reason: toAppError(thrown).code });
      return null;
    }
  };
}

/** The portal's name of the line; otherwise the name in the title of its chats; otherwise its number. Waits for the portal only briefly. */
async function nameOf(tools: ConnectorTools, line: Line, title: string, signal: AbortSignal): Promise<string> {
  const name = await presentNames(tools, signal)(line);
  if (name !== null) return name;
  // `<customer> - <line>`
  const start = title.lastIndexOf(' - ');
  const inTitle = start < 0 ? '' : title.slice(start + 3).trim();
  return inTitle === '' ? `Open Channel ${line.lineId}` : inTitle;
}

/** Line and messenger as a part of keys. Other vendors' codes may be long or contain any character; those become a digest. */
function keyOf({ lineId, connector }: Line): string {
  const plain = `${lineId}:${connector}`;
  return /^[\w:-]{1,26}$/.test(plain) ? plain : `#${sha256(plain).toString('hex').slice(0, 24)}`;
}

/** At most 64 characters; the connection's id has 36. */
function externalIdOf(config: JoinedConfig, line: Line): string {
  return `${connectionIdIn(config.joined.clientId) ?? ''}:${keyOf(line)}`;
}

/** Those channels of the account that are line channels of this connection. */
function lineChannelsAmong(channels: readonly MgChannel[], connectionId: string): readonly MgChannel[] {
  return channels.filter(({ external_id: id }) => id?.startsWith(`${connectionId}:`) === true);
}

/** What an update of the line channels needs. */
export interface RefreshGiven {
  readonly config: MessageGatewayConfig;
  readonly connectionId: string;
  readonly tools: Pick<ConnectorTools, 'portalInfo' | 'openChannelName' | 'state' | 'log'>;
  /** The channels of the account, if they have just been read. */
  readonly known?: readonly MgChannel[];
  readonly signal: AbortSignal;
}

/**
 * Updates every line channel to the settings, to what bot and portal can do now, and to the line's present name. Switches on channels that
 * are off. Throws AppErrors.
 */
export async function refreshLineChannels(
  { transport }: Pick<Apis, 'transport'>,
  { config, connectionId, tools, known, signal }: RefreshGiven,
): Promise<void> {
  const channels = lineChannelsAmong(known ?? (await transport.channels({ limit: 1000 })), connectionId);
  if (channels.length === 0) return;
  const { hasV2 } = await tools.portalInfo();
  const lines = await rememberedLines(tools.state);
  const presentName = presentNames(tools, signal);
  for (const channel of channels) {
    const line = lines.get(channel.id);
    const kept = channelTypes.find((name) => name === channel.type) ?? 'custom';
    const wanted = line === undefined ? kept : channelTypeOf(line.connector, config.channels.types);
    const lineName = line === undefined ? null : await presentName(line);
    const name = line === undefined || lineName === null ? (channel.name ?? '') : channelName(lineName, line, wanted);
    const fieldsOf = (type: ChannelType): ChannelFields => {
      return { type, name, external_id: channel.external_id ?? '', settings: settingsOf(config, type, hasV2) };
    };
    await putChannel(transport, channel, [...new Set([wanted, kept])].map(fieldsOf), tools.log);
  }
}

/** Tries the types until MessageGateway accepts one. A channel that cannot be updated does not stop the others. */
async function putChannel(
  transport: Apis['transport'],
  { id, is_active: isActive }: MgChannel,
  choices: readonly ChannelFields[],
  log: ConnectorTools['log'],
): Promise<void> {
  for (const fields of choices) {
    try {
      if (isActive === false) await transport.activateChannel({ ...fields, id });
      else await transport.updateChannel(id, fields);
      return;
    } catch (error) {
      if (!(error instanceof MgRefused)) throw error;
      log('MessageGateway refuses a change of a channel', { channel: id, type: fields.type, why: error.message });
    }
  }
}

/** The lines by channel id, without channels that were stored without their line. */
async function rememberedLines(state: ConnectorTools['state']): Promise<ReadonlyMap<number, Line>> {
  const lines = new Map<number, Line>();
  for (const { value } of await state.list(memoryStart)) {
    const { data } = storedShape.safeParse(value);
    if (data?.line !== undefined) lines.set(data.id, data.line);
  }
  return lines;
}

/** Forgets line channels that the account does not have any more. They are created again when they are needed. Throws AppErrors. */
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
  // A channel may have been created after `known` was read, so only channels that a later list lacks too are forgotten.
  const now = await transport.channels({ limit: 1000 });
  for (const { key, value } of remembered) {
    if (!isThere(now, value)) await state.forget(key);
  }
}

/** Switches off all line channels, so that managers cannot write into them. Channels that are off or deleted already are skipped. Throws AppErrors. */
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
