/** Starts a fake MessageGateway with its first CRM account, and what tests and people can do with it. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { CallLog } from '../kit/call-log.ts';
import { Changes } from '../kit/changes.ts';
import { OrderedFaults } from '../kit/faults.ts';
import { closeServer, listen, originOf } from '../kit/http.ts';
import { createIds } from '../kit/ids.ts';
import { PageServer } from '../kit/page-server.ts';
import { RateLimit } from '../kit/rate-limit.ts';
import { WebhookSender } from '../kit/webhook-sender.ts';
import { ApiGate } from './api-gate.ts';
import { botRoutes } from './bot-api/routes.ts';
import type { ApiCallRecord } from './call-log.ts';
import { type ClientTokens, openClientModule } from './client-module.ts';
import type { Api, Fault } from './faults.ts';
import { createManagerPage } from './manager-page.ts';
import { type GatewayParts, handleMg, isBotSocket } from './mg-server.ts';
import { type MessageGatewayOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { listenCrm, SandboxAccount } from './sandbox-account.ts';
import { SocketHub } from './socket-hub.ts';
import { type AccountState, type Change, createAccount, FIRST_IDS, type GatewayState } from './state.ts';
import { transportRoutes } from './transport-api/routes.ts';
import { type WebhookAbout, type WebhookRecord, webhookOf } from './webhooks.ts';

interface Inside {
  readonly gateway: GatewayState;
  readonly hub: SocketHub;
  readonly webhooks: WebhookSender<WebhookAbout>;
  readonly page: PageServer;
  readonly changes: Changes<Change>;
}

function createInside(options: ResolvedOptions): Inside {
  const changes = new Changes<Change>();
  const hub = new SocketHub();
  const webhooks = new WebhookSender<WebhookAbout>(options.webhooks, options.recordLimit, () => {
    changes.announce('webhook');
  });
  const gateway: GatewayState = {
    options,
    address: { mgOrigin: '' },
    patience: { ackTimeoutMs: options.ackTimeoutMs },
    accounts: new Set(),
    tokens: new Map(),
    faults: new OrderedFaults(),
    mgRate: new RateLimit(options.mgRate),
    crmRate: new RateLimit(options.crmRate),
    calls: new CallLog(options.recordLimit, () => changes.announce('call')),
    hub,
    webhooks: { send: (order) => webhooks.send(order.lane, () => webhookOf(order)) },
    fileSecret: randomBytes(16).toString('hex'),
    nextId: createIds(FIRST_IDS),
    announce: changes.announce,
  };
  const page = new PageServer(new URL('page/', import.meta.url));
  changes.on((change) => page.announce(() => change));
  return { gateway, hub, webhooks, page, changes };
}

/** A running gateway; actions and observation of its first account are inherited, `addAccount` creates more accounts. */
export class SandboxMessageGateway extends SandboxAccount {
  readonly #account: AccountState;
  readonly #inside: Inside;
  readonly #mg: Server;
  readonly #others: SandboxAccount[] = [];

  constructor(account: AccountState, inside: Inside, servers: { readonly mg: Server; readonly crm: Server }) {
    super(account, servers.crm);
    this.#account = account;
    this.#inside = inside;
    this.#mg = servers.mg;
  }

  get mgOrigin(): string {
    return this.#inside.gateway.address.mgOrigin;
  }

  /** Secret of the marketplace card that signs one-step connections. */
  get simpleSecret(): string {
    return this.#inside.gateway.options.simpleSecret;
  }

  /** Another CRM account on the same gateway, with an address and a key of its own. */
  async addAccount(given: { readonly code?: string; readonly apiKey?: string } = {}): Promise<SandboxAccount> {
    const { gateway } = this.#inside;
    const state = createAccount(gateway, {
      code: given.code ?? `account-${gateway.accounts.size + 1}`,
      apiKey: given.apiKey ?? randomBytes(16).toString('hex'),
      scopes: gateway.options.scopes,
    });
    const account = new SandboxAccount(state, await listenCrm(state, 0));
    this.#others.push(account);
    return account;
  }

  /** Bot and Transport tokens of a separate module in the first account, for clients other than the app. */
  clientTokens(): ClientTokens {
    return openClientModule(this.#account);
  }

  /** API calls of all accounts, oldest first, without tokens. */
  calls(): readonly ApiCallRecord[] {
    return this.#inside.gateway.calls.latest();
  }

  /** Webhooks sent, one entry per attempt, oldest first. */
  webhooks(): readonly WebhookRecord[] {
    return this.#inside.webhooks.latest();
  }

  sockets(): { readonly open: number; readonly framesSent: number } {
    return { open: this.#inside.hub.openCount(), framesSent: this.#inside.hub.sentCount() };
  }

  /** Resolves when no webhook is under way. */
  async idle(): Promise<void> {
    await this.#inside.webhooks.idle();
  }

  /** Calls the listener for every change; returns a function that stops it. */
  onChange(listener: (change: Change) => void): () => void {
    return this.#inside.changes.on(listener);
  }

  /** Cuts sockets: abnormally, or with a close code. */
  cutSockets(choice: { readonly code?: number; readonly moduleCode?: string } = {}): void {
    this.#inside.hub.cut(choice);
  }

  /** While true, every handshake is cut. */
  refuseSockets(isRefusing: boolean): void {
    this.#inside.hub.refuse(isRefusing);
  }

  /** The next `times` calls of this API answer 429. */
  storm429(given: { readonly times: number; readonly api: Exclude<Api, 'crm'> }): void {
    this.fail({ ...given, kind: 429 });
  }

  fail(fault: Fault): void {
    this.#inside.gateway.faults.order(fault);
  }

  clearFaults(): void {
    this.#inside.gateway.faults.clear();
  }

  /** Sends something that is not an event to every socket of the first account. */
  garbageFrame(text = '{"type":"message_new","data":'): void {
    this.#inside.hub.sendRaw(this.#account, text);
  }

  /** The next `count` webhooks are sent twice. */
  repeatWebhooks(count: number): void {
    this.#inside.webhooks.repeat(count);
  }

  /** The next `count` webhooks are not sent; their messages fail with network_error. */
  dropWebhooks(count: number): void {
    this.#inside.webhooks.drop(count);
  }

  /** From now on a message fails when its messenger has not acknowledged it within this time. */
  waitForAcks(ms: number): void {
    this.#inside.gateway.patience.ackTimeoutMs = ms;
  }

  /** Stops everything and closes all connections. */
  async close(): Promise<void> {
    const { hub, webhooks, page, changes } = this.#inside;
    page.close();
    changes.clear();
    hub.close();
    await webhooks.close();
    await Promise.all([closeServer(this.#mg), this.closeCrm(), ...this.#others.map((account) => account.closeCrm())]);
  }
}

/** Starts the gateway and the CRM of its first account on loopback ports. */
export async function startSandboxMessageGateway(given: MessageGatewayOptions = {}): Promise<SandboxMessageGateway> {
  const options = resolveOptions(given);
  const inside = createInside(options);
  const { gateway, hub, page } = inside;
  const parts: GatewayParts = {
    gateway,
    page,
    bot: new ApiGate(gateway, 'bot', botRoutes),
    transport: new ApiGate(gateway, 'transport', transportRoutes),
  };
  const { host, tls } = options;
  const mg = await listen({ host, port: options.mgPort, tls }, (incoming, answer) => handleMg(parts, incoming, answer));
  mg.on('upgrade', (incoming, raw, head) => {
    if (isBotSocket(incoming)) hub.handshake(gateway, incoming, raw, head);
    else raw.destroy();
  });
  gateway.address.mgOrigin = originOf(mg, tls !== null);
  const { accountCode: code, apiKey, scopes } = options;
  const account = createAccount(gateway, { code, apiKey, scopes });
  const crm = await listenCrm(account, options.crmPort);
  const sandbox = new SandboxMessageGateway(account, inside, { mg, crm });
  page.attach(createManagerPage(account, sandbox));
  return sandbox;
}
