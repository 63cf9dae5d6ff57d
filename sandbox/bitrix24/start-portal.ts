/** Starts a sandbox portal with its OAuth host, and is the handle by which tests and people drive it. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import {
  finishInstall,
  frameTarget,
  installApiOnly,
  type PageAnswer,
  type PageChoice,
  type PageForm,
  pageForm,
  placeApp,
  postPage,
  setPaymentExpired,
  type UninstallChoice,
  type UpdateChoice,
  uninstallApp,
  updateApp,
} from './app-life.ts';
import { createBot } from './bot-register.ts';
import { CallLog, type RestCall } from './call-log.ts';
import { type Delivery, EventQueue } from './event-queue.ts';
import { Faults, type OAuthFault, type RestFault } from './faults.ts';
import { closeServer, listen, originOf } from './http-basics.ts';
import { handleOAuth } from './oauth-server.ts';
import { botMessages, messagesOf, type SeenBot, type SeenMessage, seenBots, seenMessage } from './observation.ts';
import { stopTimers } from './open-lines.ts';
import { PageServer } from './page-server.ts';
import { People } from './people.ts';
import { type ResolvedOptions, resolveOptions, type SandboxPortalOptions } from './portal-options.ts';
import { handlePortal, type PortalParts, redirectToNewAddress } from './portal-server.ts';
import { RestGateway } from './rest-gateway.ts';
import { prepareScene, type Scene } from './scene.ts';
import { type AppRecord, type Binding, type Change, createIds, type PortalState } from './state.ts';
import { TokenStore } from './tokens.ts';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** Card addresses that may become known only after the app has started. */
export type CardAddresses = Partial<Pick<ResolvedOptions, 'installUrl' | 'appUrl' | 'eventUrl' | 'redirectUri'>>;

interface Clock {
  skippedMs: number;
}

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

/** A running portal. People's acts are inherited from People; everything else is here. */
export class SandboxPortal extends People {
  readonly #state: PortalState;
  readonly #clock: Clock;
  readonly #parts: PortalParts;
  readonly #listeners: Set<(change: Change) => void>;
  #portal: Server;
  readonly #oauth: Server;
  readonly #oldAddresses: Server[] = [];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly memberId: string;
  /** The administrator every portal starts with. */
  readonly adminId: number;

  constructor(
    state: PortalState,
    clock: Clock,
    parts: PortalParts,
    listeners: Set<(change: Change) => void>,
    servers: { readonly portal: Server; readonly oauth: Server },
  ) {
    super(state);
    this.#state = state;
    this.#clock = clock;
    this.#parts = parts;
    this.#listeners = listeners;
    this.#portal = servers.portal;
    this.#oauth = servers.oauth;
    this.clientId = state.options.clientId;
    this.clientSecret = state.options.clientSecret;
    this.memberId = state.options.memberId;
    this.adminId = this.addEmployee({ name: 'Анна Админова', admin: true, email: 'admin@example.test' }).id;
  }

  get origin(): string {
    return this.#state.address.origin;
  }

  get domain(): string {
    return this.#state.address.domain;
  }

  /** client_endpoint. */
  get restEndpoint(): string {
    return `${this.origin}/rest/`;
  }

  get oauthOrigin(): string {
    return this.#state.address.oauthOrigin;
  }

  /** Empty until the app is on the portal. */
  get applicationToken(): string {
    return this.#state.app?.applicationToken ?? '';
  }

  /** Address of the administrator's incoming webhook, ending with a slash. */
  get webhook(): string {
    return `${this.origin}/rest/${this.adminId}/${this.#state.webhookSecret}/`;
  }

  /** The app's record on the portal, null while it is not installed. */
  get app(): Readonly<AppRecord> | null {
    return this.#state.app;
  }

  /** The vendor changes the card. */
  setCard(card: CardAddresses): void {
    Object.assign(this.#state.options, card);
  }

  /** The form the administrator's browser would post to the installer. For browsers, and for forging. */
  installPageForm(choice: PageChoice = {}): PageForm {
    return pageForm(this.#state, this.#state.options.installUrl, choice);
  }

  /** The administrator opens the installer; the form is posted from here. */
  async openInstallPage(choice: PageChoice = {}): Promise<PageAnswer> {
    return await postPage(this.installPageForm(choice));
  }

  /** Someone opens the app; while INSTALLED=N that is the installer again. */
  async openAppPage(choice: PageChoice = {}): Promise<PageAnswer> {
    placeApp(this.#state, false);
    return await postPage(pageForm(this.#state, frameTarget(this.#state), choice));
  }

  /** The form for the frame as a browser would post it now. */
  appPageForm(choice: PageChoice = {}): PageForm {
    placeApp(this.#state, false);
    return pageForm(this.#state, frameTarget(this.#state), choice);
  }

  /** What BX24.installFinish() does. */
  finishInstall(): void {
    finishInstall(this.#state);
  }

  installApiOnly(): void {
    installApiOnly(this.#state);
  }

  updateApp(choice: UpdateChoice): void {
    updateApp(this.#state, choice);
  }

  uninstallApp(choice: UninstallChoice = {}): void {
    uninstallApp(this.#state, choice);
  }

  expirePayment(): void {
    setPaymentExpired(this.#state, true);
  }

  renewPayment(): void {
    setPaymentExpired(this.#state, false);
  }

  /** The portal moves to a new address; the old one answers 302 from now on. */
  async changeDomain(): Promise<void> {
    const { options, address } = this.#state;
    const next = await listen(options.host, 0, (incoming, answer) => handlePortal(this.#parts, incoming, answer));
    const old = this.#portal;
    old.removeAllListeners('request');
    old.on('request', (incoming, answer) => redirectToNewAddress(this.#state, incoming, answer));
    this.#oldAddresses.push(old);
    this.#portal = next;
    address.origin = originOf(next);
    address.domain = new URL(address.origin).host;
  }

  /** People, a line and a group for the chat page; creates what is missing. */
  prepareScene(): Scene {
    return prepareScene(this.#state, this);
  }

  /** A bot of another app, to collide with. */
  plantForeignBot(wanted: { readonly code: string; readonly name?: string; readonly clientId?: string }): number {
    const bot = createBot(this.#state, {
      code: wanted.code,
      type: 'B',
      openline: false,
      appId: wanted.clientId ?? 'app.foreign.00000001',
      firstName: wanted.name ?? 'Foreign bot',
      lastName: '',
      workPosition: '',
      gender: 'M',
      color: 'GRAY',
      avatar: null,
      eventMode: null,
    });
    return bot.id;
  }

  /** Tokens of the app for this user, as a page or OAuth would give them. */
  issueToken(userId: number = this.adminId): TokenPair {
    placeApp(this.#state, false);
    const token = this.#state.tokens.issue({ userId, clientId: this.clientId });
    return { accessToken: token.access, refreshToken: token.refresh, expires: token.expires };
  }

  /** An authorization code for this user, good for 30 seconds. */
  issueCode(userId: number = this.adminId): string {
    placeApp(this.#state, false);
    return this.#state.tokens.issueCode(userId, this.clientId);
  }

  /** The employee is dismissed: his tokens die. */
  dismiss(userId: number): void {
    const user = this.#state.users.get(userId);
    if (user !== undefined) user.active = false;
  }

  /** Moves the portal's clock forward: tokens age, edit windows close, grants lapse. */
  skipTime(ms: number): void {
    this.#clock.skippedMs += ms;
  }

  messages(dialog: number | string): SeenMessage[] {
    return messagesOf(this.#state, dialog);
  }

  allBotMessages(): SeenMessage[] {
    return botMessages(this.#state);
  }

  bots(): SeenBot[] {
    return seenBots(this.#state);
  }

  bindings(): readonly Binding[] {
    return [...this.#state.bindings.values()];
  }

  calls(): readonly RestCall[] {
    return this.#state.calls.all();
  }

  deliveries(): readonly Delivery[] {
    return this.#state.queue.deliveries();
  }

  /** Ids of who sits in the chat. */
  members(chatId: number): number[] {
    return [...(this.#state.chats.get(chatId)?.members ?? [])];
  }

  /** The operator of an Open Channel chat: a bot, a person, 0 = the queue, null = no open session. */
  operatorOf(chatId: number): number | null {
    return this.#state.sessions.get(chatId)?.operatorId ?? null;
  }

  /** Resolves when every event has been delivered. */
  async idle(): Promise<void> {
    await this.#state.queue.idle();
  }

  /** Calls back for every new message; returns the way to stop. */
  onMessage(listener: (message: SeenMessage) => void): () => void {
    return this.onChange((change) => {
      if (change.kind === 'message') listener(seenMessage(this.#state, change.message));
    });
  }

  /** Calls back for every change; returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly fault = {
    rest: (fault: RestFault): void => this.#state.faults.rest(fault),
    oauth: (fault: OAuthFault): void => this.#state.faults.oauth(fault),
    clear: (): void => this.#state.faults.clear(),
  };

  /** Every access token dies at once; refresh tokens stay good. */
  expireTokens(): void {
    this.#state.tokens.expireAll();
  }

  duplicateNextDelivery(): void {
    this.#state.queue.duplicateNext();
  }

  swapNextTwoDeliveries(): void {
    this.#state.queue.swapNextTwo();
  }

  pauseDelivery(): void {
    this.#state.queue.pause();
  }

  resumeDelivery(): void {
    this.#state.queue.resume();
  }

  /** Stops everything; undelivered events are lost. */
  async close(): Promise<void> {
    stopTimers(this.#state);
    this.#listeners.clear();
    this.#parts.page.close();
    await this.#state.queue.close();
    await Promise.all([this.#portal, this.#oauth, ...this.#oldAddresses].map(closeServer));
  }
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
