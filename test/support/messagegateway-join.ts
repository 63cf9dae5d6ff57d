/** Joins a sandbox MessageGateway as `connections add` does: with the brain's own `join`, and with the app's HTTP client and network guard. */

import { lookup } from 'node:dns';
import type { SandboxMessageGateway } from '../../sandbox/messagegateway/start-messagegateway.ts';
import { configSchema, isJoined, type JoinedConfig } from '../../src/brains/messagegateway/config.ts';
import { messageGatewayBrain } from '../../src/brains/messagegateway/messagegateway-brain.ts';
import type { Connection } from '../../src/core/connector.ts';
import type { ConnectorTools } from '../../src/core/connector-tools.ts';
import { createGotClient } from '../../src/lib/http-engine-got.ts';
import { createNetworkGuard } from '../../src/lib/network-guard.ts';
import { freeRateLimiter } from './free-rate-limiter.ts';
import { stateInMemory } from './state-in-memory.ts';

export interface JoinOptions {
  readonly connectionId: string;
  readonly hookUrl: string;
  readonly publicUrl: string;
  /** Configuration in addition to address and key, or instead of them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** `host:port` of both servers, for ALLOWED_PRIVATE_HOSTS. */
export function hostsOf(gateway: SandboxMessageGateway): string[] {
  return [new URL(gateway.mgOrigin).host, new URL(gateway.crmOrigin).host];
}

/** The configuration to be stored. Throws what the brain's `join` throws. */
export async function joinGateway(gateway: SandboxMessageGateway, options: JoinOptions): Promise<JoinedConfig> {
  const http = createGotClient({ guard: createNetworkGuard({ allowedPrivateHosts: hostsOf(gateway) }) });
  const tools: ConnectorTools = {
    http,
    openPortalFile: () => Promise.reject(new Error('joining opens no files')),
    openUrl: () => Promise.reject(new Error('joining opens no files')),
    rateLimiter: () => freeRateLimiter(),
    missedMessages: () => Promise.resolve([]),
    crmAddress: () => Promise.resolve(null),
    portalUser: () => Promise.resolve(null),
    customerInfo: () => Promise.resolve(null),
    openChannelName: () => Promise.resolve(null),
    portalInfo: () => Promise.resolve({ hasV2: true, botType: 'O', botPicture: 'O.png' }),
    hasConversation: () => Promise.resolve(true),
    state: stateInMemory(),
    lookupFor: () => lookup,
    fileLink: () => '',
    count: () => {},
    publicUrl: options.publicUrl,
    log: () => {},
  };
  const config = configSchema.parse({ crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey, ...options.config });
  const connection: Connection = { id: options.connectionId, portal: 'portal', config, webhookSecret: options.hookUrl };
  try {
    const joined = configSchema.parse(await messageGatewayBrain.join?.(connection, options.hookUrl, tools));
    if (!isJoined(joined)) throw new Error('joining left no trace in the config');
    return joined;
  } finally {
    await http.close();
  }
}
