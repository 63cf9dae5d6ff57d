/** Starts a sandbox portal together with its OAuth host. */
import { randomBytes } from 'node:crypto';
import { CallLog } from './call-log.ts';
import { EventQueue } from './event-queue.ts';
import { Faults } from './faults.ts';
import { listen, originOf } from './http-basics.ts';
import { handleOAuth } from './oauth-server.ts';
import { PageServer } from './page-server.ts';
import { type ResolvedOptions, resolveOptions, type SandboxPortalOptions } from './portal-options.ts';
import { handlePortal, type PortalParts } from './portal-server.ts';
import { RestGateway } from './rest-gateway.ts';
import { type Clock, SandboxPortal } from './sandbox-portal.ts';
import { type Change, createIds, type PortalState } from './state.ts';
import { TokenStore } from './tokens.ts';

export type { SandboxPortalOptions } from './portal-options.ts';
export type { SandboxPortal } from './sandbox-portal.ts';

function createState(options: ResolvedOptions, clock: Clock, announce: (change: Change) => void): PortalState {
  const now = (): number => Date.now() + clock.skippedMs;
  const lifetimes = { accessSeconds: options.accessTokenSeconds, refreshSeconds: options.refreshTokenSeconds };
  const queueSettings = {
    concurrency: options.deliveryConcurrency,
    ordered: options.orderedDelivery,
    timeoutMs: options.deliveryTimeoutMs,
    recordLimit: options.recordLimit,
  };
  return {
    options,
    address: { origin: '', domain: '', oauthOrigin: '' },
    app: null,
    foreignApps: new Map(),
    users: new Map(),
    bots: new Map(),
    chats: new Map(),
    privateChats: new Map(),
    messages: new Map(),
    files: new Map(),
    fileLinks: new Map(),
    commands: new Map(),
    commandGrants: new Map(),
    bindings: new Map(),
    lines: new Map(),
    clients: new Map(),
    sessions: new Map(),
    uuids: new Map(),
    fetchEvents: new Map(),
    webhookSecret: randomBytes(8).toString('hex'),
    tokens: new TokenStore(now, lifetimes),
    faults: new Faults(),
    calls: new CallLog(options.recordLimit, ({ id }) => announce({ kind: 'call', id })),
    queue: new EventQueue(queueSettings, ({ id }) => announce({ kind: 'delivery', id })),
    nextId: createIds(),
    now,
    announce,
  };
}

/** Starts the portal and its OAuth host on loopback ports. The app is not yet installed. */
export async function startSandboxPortal(given: SandboxPortalOptions = {}): Promise<SandboxPortal> {
  const options = resolveOptions(given);
  const clock: Clock = { skippedMs: 0 };
  const listeners = new Set<(change: Change) => void>();
  const state = createState(options, clock, (change) => {
    for (const listener of listeners) listener(change);
  });
  const parts: PortalParts = { state, gateway: new RestGateway(state), page: new PageServer(state, listeners) };
  const oauth = await listen(options.host, options.oauthPort, (incoming, answer) =>
    handleOAuth(state, incoming, answer),
  );
  const portal = await listen(options.host, options.port, (incoming, answer) => handlePortal(parts, incoming, answer));
  state.address.oauthOrigin = originOf(oauth);
  state.address.origin = originOf(portal);
  state.address.domain = new URL(state.address.origin).host;
  const sandbox = new SandboxPortal(state, clock, parts, listeners, { portal, oauth });
  parts.page.attach(sandbox);
  return sandbox;
}
