/** What administrators and the vendor do with the app (install, open, update, remove, pay), and tokens issued for tests. */
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
import { createBot, deleteBot } from './bot-register.ts';
import { EVENT_DEPTH } from './events/envelope.ts';
import { People } from './people.ts';
import type { ResolvedOptions } from './portal-options.ts';
import { SettingsSlider } from './settings-slider.ts';
import type { AppRecord, PortalState } from './state.ts';
import { type CardCheck, checkCard, postSettings, type SettingsAnswer, type SettingsEvent } from './vendor-card.ts';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** Card addresses that may become known only after the app has started. */
export type CardAddresses = Partial<
  Pick<ResolvedOptions, 'installUrl' | 'appUrl' | 'eventUrl' | 'settingsUrl' | 'redirectUri'>
>;

export class Administration extends People {
  readonly #state: PortalState;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly memberId: string;
  /** The administrator every portal starts with. */
  readonly adminId: number;

  constructor(state: PortalState) {
    super(state);
    this.#state = state;
    this.clientId = state.options.clientId;
    this.clientSecret = state.options.clientSecret;
    this.memberId = state.options.memberId;
    const name = state.options.language === 'ru' ? 'Анна Админова' : 'Anna Admin';
    this.adminId = this.addEmployee({ name, admin: true, email: 'admin@example.test' }).id;
  }

  /** Empty until the app is on the portal. */
  get applicationToken(): string {
    return this.#state.app?.applicationToken ?? '';
  }

  /** The app's record on the portal, null while it is not installed. */
  get app(): Readonly<AppRecord> | null {
    return this.#state.app;
  }

  /** Changes the addresses in the vendor card, as the vendor does in the cabinet. */
  setCard(card: CardAddresses): void {
    Object.assign(this.#state.options, card);
  }

  /** The form that the administrator's browser would post to the installer; for real browsers and for forged requests. */
  installPageForm(choice: PageChoice = {}): PageForm {
    return pageForm(this.#state, this.#state.options.installUrl, choice);
  }

  /** The administrator opens the installer: posts the form and returns the app's answer. */
  async openInstallPage(choice: PageChoice = {}): Promise<PageAnswer> {
    return await postPage(this.installPageForm(choice));
  }

  /** Someone opens the app; while INSTALLED=N the portal shows the installer instead. */
  async openAppPage(choice: PageChoice = {}): Promise<PageAnswer> {
    placeApp(this.#state, false);
    return await postPage(pageForm(this.#state, frameTarget(this.#state), choice));
  }

  /** The form that a browser would post into the app's frame now. */
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

  /** HEAD on the card's addresses, as the vendor cabinet does. */
  async checkCard(): Promise<CardCheck[]> {
    return await checkCard(this.#state);
  }

  /** The portal asks for the settings form of a REST-only app. */
  async openSettingsForm(
    url: string,
    event: SettingsEvent,
    data?: Readonly<Record<string, string>>,
  ): Promise<SettingsAnswer> {
    return await postSettings(this.#state, {
      url,
      userId: this.adminId,
      event,
      ...(data === undefined ? {} : { data }),
    });
  }

  /** The slider with the settings form of a REST-only app, opened by `userId`, by default an administrator. */
  settingsSlider(url: string, userId: number = this.adminId): SettingsSlider {
    return new SettingsSlider(this.#state, url, userId);
  }

  /** The administrator saves the settings form. */
  async saveSettingsForm(url: string, data: Readonly<Record<string, string>>): Promise<SettingsAnswer> {
    return await postSettings(this.#state, { url, userId: this.adminId, data });
  }

  /** An administrator deletes a bot in the portal. */
  deleteBot(botId: number): void {
    const bot = this.#state.bots.get(botId);
    if (bot !== undefined) deleteBot(this.#state, bot, { userId: this.adminId, depth: EVENT_DEPTH });
  }

  /** Adds a bot of another app, to test collisions. */
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

  /** Puts the app on the portal without opening any page; INSTALLED stays N when there is an installer. */
  placeApp(): void {
    placeApp(this.#state, false);
  }

  #mustBePlaced(): void {
    if (this.#state.app === null)
      throw new Error('the app is not on the portal: open the install page or call placeApp()');
  }

  /** Tokens of the app for this user, as a page or OAuth would give them. */
  issueToken(userId: number = this.adminId): TokenPair {
    this.#mustBePlaced();
    const token = this.#state.tokens.issue({ userId, clientId: this.clientId });
    return { accessToken: token.access, refreshToken: token.refresh, expires: token.expires };
  }

  /** Tokens of another vendor's app in this portal for this user: genuine, but not issued for our app. */
  issueForeignToken(userId: number, clientId = 'app.foreign.00000001'): TokenPair {
    if (!this.#state.foreignApps.has(clientId)) this.#state.foreignApps.set(clientId, this.#state.nextId('app'));
    const token = this.#state.tokens.issue({ userId, clientId });
    return { accessToken: token.access, refreshToken: token.refresh, expires: token.expires };
  }

  /** An authorization code for this user, good for 30 seconds. */
  issueCode(userId: number = this.adminId): string {
    this.#mustBePlaced();
    return this.#state.tokens.issueCode(userId, this.clientId);
  }

  /** The employee is dismissed; their tokens stop working. */
  dismiss(userId: number): void {
    const user = this.#state.users.get(userId);
    if (user !== undefined) user.active = false;
  }
}
