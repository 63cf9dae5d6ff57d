/** Starts a fake Bitrix24 portal together with its OAuth host. */
import { randomBytes } from 'node:crypto';
import { CallLog } from '../kit/call-log.ts';
import { Changes } from '../kit/changes.ts';
import { listen, originOf } from '../kit/http.ts';
import { createIds } from '../kit/ids.ts';
import { PageServer } from '../kit/page-server.ts';
import { EventQueue } from './event-queue.ts';
import { Faults } from './faults.ts';
import { handleOAuth } from './oauth-server.ts';
import { type ResolvedOptions, resolveOptions, type SandboxPortalOptions } from './portal-options.ts';
import { createPortalPage, liveItem } from './portal-page.ts';
import { handlePortal, type PortalParts } from './portal-server.ts';
import { answerFailure } from './rest-answer.ts';
import { RestGateway } from './rest-gateway.ts';
import { type Clock, SandboxPortal } from './sandbox-portal.ts';
import { type Change, FIRST_IDS, type PortalState } from './state.ts';
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
    eventLog: { nothingUntil: new Map(), held: [], isHolding: false },
    webhookSecret: randomBytes(8).toString('hex'),
    tokens: new TokenStore(now, lifetimes),
    faults: new Faults(),
    calls: new CallLog(options.recordLimit, ({ id }) => announce({ kind: 'call', id })),
    queue: new EventQueue(queueSettings, ({ id }) => announce({ kind: 'delivery', id })),
    nextId: createIds(FIRST_IDS),
    now,
    announce,
  };
}

/** Starts the portal and its OAuth host on loopback ports. The app is not yet installed. */
export async function startSandboxPortal(given: SandboxPortalOptions = {}): Promise<SandboxPortal> {
  const options = resolveOptions(given);
  const clock: Clock = { skippedMs: 0 };
  const changes = new Changes<Change>();
  const state = createState(options, clock, changes.announce);
  const page = new PageServer(new URL('page/', import.meta.url));
  changes.on((change) => page.announce(() => liveItem(state, change)));
  const parts: PortalParts = { state, gateway: new RestGateway(state), page };
  const { host, port, oauthPort } = options;
  const oauth = await listen({ host, port: oauthPort, answerFailure }, (incoming, answer) =>
    handleOAuth(state, incoming, answer),
  );
  const portal = await listen({ host, port, answerFailure }, (incoming, answer) =>
    handlePortal(parts, incoming, answer),
  );
  state.address.oauthOrigin = originOf(oauth);
  state.address.origin = originOf(portal);
  state.address.domain = new URL(state.address.origin).host;
  const sandbox = new SandboxPortal({ parts, clock, changes, portal, oauth });
  page.attach(createPortalPage(state, sandbox));
  return sandbox;
}
