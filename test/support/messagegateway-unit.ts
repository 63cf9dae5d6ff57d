/** Recorded payloads and a joined config for unit tests of the MessageGateway brain. */
import { lookup } from 'node:dns';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Apis } from '../../src/brains/messagegateway/api/apis.ts';
import type { OwnChannels } from '../../src/brains/messagegateway/channels/own-channels.ts';
import { configSchema, isJoined, type JoinedConfig } from '../../src/brains/messagegateway/config.ts';
import type { ConsoleContext } from '../../src/brains/messagegateway/console/console.ts';
import { consoleContextOf } from '../../src/brains/messagegateway/console-context.ts';
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createGotClient } from '../../src/lib/http-engine-got.ts';
import { createNetworkGuard } from '../../src/lib/network-guard.ts';
import { freeRateLimiter } from './free-rate-limiter.ts';
import { openUrlBy } from './opened-file.ts';
import { stateInMemory } from './state-in-memory.ts';

const folder = fileURLToPath(new URL('../fixtures/messagegateway/', import.meta.url));

/** The body of a recorded payload, by file name without `.json`. */
export function mgPayload(name: string): unknown {
  return JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')).body;
}

/** The same as bytes. */
export function mgBytes(name: string): Buffer {
  return Buffer.from(JSON.stringify(mgPayload(name)));
}

/** Names of the payloads that begin with `start`. */
export function mgNames(start: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => name.replace(/\.json$/, ''));
}

/** A configuration that fits the recorded frames: channel 61, bot 760. */
export function mgConfig(
  given: Readonly<Record<string, unknown>> = {},
  joined: Record<string, unknown> = {},
): JoinedConfig {
  const config = configSchema.parse({
    crmUrl: 'https://demo.simla.com',
    apiKey: 'key-of-the-account',
    callsPerSecond: 30,
    joined: {
      clientId: 'client-of-the-module',
      moduleCode: 'bitrix24-bots-1',
      bot: { endpointUrl: 'https://mg.example', token: 'bot-token-value', botId: 760 },
      transport: { endpointUrl: 'https://mg.example', token: 'transport-token-value' },
      channelId: 61,
      ...joined,
    },
    ...given,
  });
  if (!isJoined(config)) throw new Error('the config of the tests has not joined');
  return config;
}

/** The app's real HTTP client; nock answers its requests. */
export function realHttp(): ReturnType<typeof createGotClient> {
  return createGotClient({ guard: createNetworkGuard({ allowedPrivateHosts: [] }) });
}

/** Tools that use the given HTTP client and record what was logged. */
export function unitTools(http: ConnectorTools['http'], logged: string[] = []): ConnectorTools {
  return {
    http,
    openPortalFile: () => Promise.reject(new Error('no file was expected')),
    openUrl: openUrlBy((request) => http.send(request)),
    rateLimiter: () => freeRateLimiter(),
    portalUser: () => Promise.resolve(null),
    customerInfo: () => Promise.resolve(null),
    openChannelName: () => Promise.resolve(null),
    portalInfo: () => Promise.resolve({ hasV2: true, botType: 'O', botPicture: 'O.png' }),
    hasConversation: () => Promise.resolve(true),
    state: stateInMemory(),
    lookupFor: () => lookup,
    missedMessages: () => Promise.reject(new Error('nobody was to ask what was said')),
    crmAddress: ({ type, id }) => Promise.resolve(`https://portal.example/crm/${type.toLowerCase()}/details/${id}/`),
    publicUrl: 'https://bots.example',
    fileLink: () => 'https://bots.example/files/sealed',
    count: () => {},
    log: (message, details) => void logged.push(`${message} ${JSON.stringify(details ?? {})}`),
  };
}

/** Channels of a connection that has only the main channel. */
export function mainChannelOnly({ joined: { channelId } }: JoinedConfig): OwnChannels {
  return {
    forget: () => {},
    isOurs: (id) => Promise.resolve(id === channelId),
    all: () => Promise.resolve([channelId]),
    of: () => Promise.resolve(channelId),
    for: () => Promise.resolve(channelId),
    adopt: (frame) => Promise.resolve(frame),
  };
}

/** The context that the brain gives to the console, with a Bot API that answers as the test specifies. */
export function consoleContext(bot: object, tools: ConnectorTools, config = mgConfig()): ConsoleContext {
  const apis = { bot } as unknown as Apis;
  return consoleContextOf({ config, apis, tools, clock: systemClock, channels: mainChannelOnly(config) });
}
