/** Knows which channels of the account belong to this connection, and in which of them a conversation is. */
import { z } from 'zod';
import type { ConversationRef } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import type { Chat } from '../../../core/events.ts';
import type { Clock } from '../../../lib/clock.ts';
import { remember } from '../../../lib/remember.ts';
import type { Apis } from '../api/apis.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { JoinedConfig } from '../config.ts';
import { knownLineChannels, lineChannel } from './line-channels.ts';

export interface OwnChannels {
  /** Whether the channel belongs to this connection. For a foreign channel it asks the database once, and then not for a while. */
  isOurs(channelId: number): Promise<boolean>;
  /** All channels of the connection, the main one first. */
  all(): Promise<readonly number[]>;
  /** The channel a conversation is in: that of its line if it began there, otherwise the main one. */
  of(to: ConversationRef): Promise<number>;
  /** The same, for a new message: creates the channel if the chat's line has none yet. Throws AppErrors. */
  for(to: ConversationRef, chat: Chat, signal: AbortSignal): Promise<number>;
  /** Clears the caches, after a channel has refused a message: a health check may replace channels. */
  forget(): void;
  /** Gives a frame of any channel of this connection the main channel's id, the only one that the code behind the listener knows. */
  adopt(frame: Envelope): Promise<Envelope>;
}

const channelOfConversation = z.object({ channelId: z.int() });
const conversationKey = (to: ConversationRef): string => `channel-of:${to.ref}`;

/** A foreign channel is checked again after this time: the account may have been joined again. */
const foreignMs = 600_000;
/** Entries of each cache; the oldest is dropped first. */
const mostRemembered = 5_000;

export interface OwnChannelsOptions {
  readonly config: JoinedConfig;
  readonly apis: Apis;
  readonly tools: ConnectorTools;
  readonly clock: Clock;
}

export function createOwnChannels(options: OwnChannelsOptions): OwnChannels {
  const { config, tools } = options;
  const { channelId: main } = config.joined;
  const channels = createChannelIds(options);
  const byConversation = new Map<string, number>();

  /** `deleted`: the conversation began in a channel that no longer exists. */
  async function stored(to: ConversationRef): Promise<number | 'deleted' | null> {
    const known = byConversation.get(to.ref);
    if (known !== undefined) return known;
    const found = channelOfConversation.safeParse(await tools.state.get(conversationKey(to)));
    if (!found.success) return null;
    if (!(await channels.has(found.data.channelId))) return 'deleted';
    remember(byConversation, to.ref, found.data.channelId, mostRemembered);
    return found.data.channelId;
  }

  return {
    isOurs: (channelId) => channels.has(channelId),
    all: () => channels.all(),
    async of(to) {
      const known = await stored(to);
      return typeof known === 'number' ? known : main;
    },
    async for(to, chat, signal) {
      const known = await stored(to);
      if (typeof known === 'number') return known;
      if (!config.channels.perLine || chat.line === null) return main;
      // A conversation that began in the main channel stays there, where managers can read all of it.
      if (known === null && chatIdOf(to) !== null) return main;
      // If the account refuses a channel for the line, its customers write into the main one.
      const channelId = (await lineChannel(options, chat.line, chat.title, signal)) ?? main;
      channels.add(channelId);
      await tools.state.put(conversationKey(to), { channelId });
      remember(byConversation, to.ref, channelId, mostRemembered);
      return channelId;
    },
    forget() {
      channels.forget();
      byConversation.clear();
    },
    async adopt(frame) {
      const [first] = placesIn(frame.data);
      const id = first?.read();
      if (first === undefined || id === undefined || id === main || !(await channels.has(id))) return frame;
      const data: unknown = structuredClone(frame.data);
      for (const place of placesIn(data as Envelope['data'])) if (place.read() === id) place.write(main);
      return { ...frame, data: data as Envelope['data'] };
    },
  };
}

/** The ids of the connection's channels, and of foreign ones that have been asked about. */
function createChannelIds({ config, tools, clock }: OwnChannelsOptions) {
  const { channelId: main } = config.joined;
  const ours = new Set<number>([main]);
  const foreignSince = new Map<number, number>();

  async function readStored(): Promise<void> {
    for (const id of await knownLineChannels(tools.state)) ours.add(id);
  }

  return {
    add: (channelId: number): void => void ours.add(channelId),
    async has(channelId: number): Promise<boolean> {
      if (ours.has(channelId)) return true;
      const since = foreignSince.get(channelId);
      if (since !== undefined && clock.monotonicMs() - since < foreignMs) return false;
      // The id of a channel is stored before its first message is sent, so every event of the channel comes later.
      await readStored();
      if (ours.has(channelId)) return true;
      remember(foreignSince, channelId, clock.monotonicMs(), mostRemembered);
      return false;
    },
    async all(): Promise<readonly number[]> {
      await readStored();
      return [...ours];
    },
    forget(): void {
      ours.clear();
      ours.add(main);
      foreignSince.clear();
    },
  };
}

/** One place in a frame that holds the channel's id. */
interface ChannelPlace {
  read(): number | undefined;
  write(id: number): void;
}

const paths: readonly (readonly string[])[] = [
  ['message', 'channel_id'],
  ['message', 'chat', 'channel', 'id'],
  ['chat', 'channel', 'id'],
  ['dialog', 'chat', 'channel', 'id'],
];

function placesIn(data: Envelope['data']): readonly ChannelPlace[] {
  return paths.flatMap((path): ChannelPlace[] => {
    let holder: Record<string, unknown> = data;
    for (const key of path.slice(0, -1)) {
      const next = holder[key];
      if (typeof next !== 'object' || next === null) return [];
      holder = next as Record<string, unknown>;
    }
    const last = path.at(-1) ?? '';
    const id = holder[last];
    if (typeof id !== 'number') return [];
    const write = (value: number): void => {
      holder[last] = value;
    };
    return [{ read: () => id, write }];
  });
}

/** MessageGateway's chat that the conversation is linked to; null for none, and for a conversation that was a console once. */
export function chatIdOf(to: ConversationRef): number | null {
  return /^\d+$/.test(to.remoteId ?? '') ? Number(to.remoteId) : null;
}
