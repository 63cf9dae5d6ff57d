/** The app's life cycle on the portal, driven by an administrator: install, open, update, uninstall, payment. */
import { randomBytes } from 'node:crypto';
import { deleteBot } from './bot-register.ts';
import { sendAppEvent, sendUninstalled } from './events/app-events.ts';
import { EVENT_DEPTH } from './events/envelope.ts';
import { addBinding } from './handler-urls.ts';
import { type AppRecord, botsOfApp, newApplicationToken, type PortalState } from './state.ts';
import { buildQuery } from './wire-format.ts';

export interface PageForm {
  /** Target with the four query fields. */
  readonly url: string;
  readonly query: string;
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface PageAnswer extends PageForm {
  readonly status: number;
  readonly html: string;
}

export type UninstallOrder = 'shuffled' | 'bots-first' | 'app-first';

export interface PageChoice {
  /** The user whose browser posts it; an administrator by default. */
  readonly userId?: number;
}

function administrator(state: PortalState): number {
  const admin = [...state.users.values()].find((user) => user.admin && user.active);
  if (admin === undefined) throw new Error('the portal has no administrator');
  return admin.id;
}

/** Puts the app on the portal if it is not there. INSTALLED starts as N when there is an installer page. */
export function placeApp(state: PortalState, isApiOnly: boolean): AppRecord {
  state.app ??= {
    clientId: state.options.clientId,
    rowId: String(state.nextId('app')),
    installed: isApiOnly || state.options.installUrl === '',
    active: true,
    paymentExpired: false,
    version: 1,
    applicationToken: newApplicationToken(),
    status: 'F',
  };
  state.announce({ kind: 'app' });
  return state.app;
}

/** The form a browser would post into the app's frame. It goes to the installer until the installation is finished. */
export function pageForm(state: PortalState, target: string, choice: PageChoice = {}): PageForm {
  const app = placeApp(state, false);
  const { options, address } = state;
  const token = state.tokens.issue({ userId: choice.userId ?? administrator(state), clientId: app.clientId });
  const query = buildQuery({
    DOMAIN: address.domain,
    PROTOCOL: address.origin.startsWith('https') ? 1 : 0,
    LANG: options.language,
    APP_SID: randomBytes(16).toString('hex'),
  });
  const newFields = {
    SERVER_ENDPOINT: `${address.oauthOrigin}/rest/`,
    APPLICATION_TOKEN: app.applicationToken,
    APPLICATION_SCOPE: options.scope.join(','),
  };
  const fields: Record<string, string> = {
    AUTH_ID: token.access,
    AUTH_EXPIRES: String(options.accessTokenSeconds),
    REFRESH_ID: token.refresh,
    ...(options.newPageFields ? newFields : {}),
    member_id: options.memberId,
    status: app.status,
    PLACEMENT: 'DEFAULT',
  };
  const url = `${target}${target.includes('?') ? '&' : '?'}${query}`;
  return { url, query, body: buildQuery(fields), fields };
}

/** The address the frame shows now. */
export function frameTarget(state: PortalState): string {
  const { installUrl, appUrl } = state.options;
  const isInstalled = state.app?.installed === true;
  return !isInstalled && installUrl !== '' ? installUrl : appUrl;
}

/** Posts the page form as the browser would and returns what the frame would show. */
export async function postPage(form: PageForm): Promise<PageAnswer> {
  const answer = await fetch(form.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: form.body,
    redirect: 'manual',
  });
  return { ...form, status: answer.status, html: await answer.text() };
}

/** What BX24.installFinish does: INSTALLED=Y, and ONAPPINSTALL to the addresses bound to it. Harmless when repeated. */
export function finishInstall(state: PortalState): void {
  const app = state.app;
  if (app === null) throw new Error('the app is not on the portal: open the install page first');
  if (app.installed) return;
  app.installed = true;
  state.announce({ kind: 'app' });
  sendAppEvent(state, 'ONAPPINSTALL', installData(state, app), administrator(state));
}

function installData(state: PortalState, app: AppRecord): Record<string, string | number> {
  return { VERSION: app.version, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: state.options.language };
}

/** Installs an app without pages: the portal binds ONAPPINSTALL to the card's address and fires it with tokens. */
export function installApiOnly(state: PortalState): void {
  const handler = state.options.eventUrl || state.options.installUrl;
  if (handler === '') throw new Error('no eventUrl: an API-only app needs an install event handler');
  const app = placeApp(state, true);
  app.installed = true;
  const row = { appId: app.clientId, event: 'ONAPPINSTALL', handler, userId: 0, webhookClientId: null };
  addBinding(state, row);
  sendAppEvent(state, 'ONAPPINSTALL', installData(state, app), administrator(state));
}

export interface UpdateChoice {
  readonly version: number;
  /** The event.bind documentation says an update removes all handlers; the source removes only ONAPPINSTALL. */
  readonly dropHandlers?: boolean;
  /** The documentation says ONAPPUPDATE may carry a new application_token. */
  readonly newToken?: boolean;
}

/** A new version: ONAPPUPDATE goes out, then a UI app falls back to INSTALLED=N until its installer has run again. */
export function updateApp(state: PortalState, choice: UpdateChoice): void {
  const app = state.app;
  if (app === null) throw new Error('the app is not on the portal');
  if (choice.newToken === true) app.applicationToken = newApplicationToken();
  const data = { VERSION: choice.version, PREVIOUS_VERSION: app.version, LANGUAGE_ID: state.options.language };
  sendAppEvent(state, 'ONAPPUPDATE', data, administrator(state));
  app.version = choice.version;
  app.installed = state.options.installUrl === '';
  for (const row of [...state.bindings.values()]) {
    const goes = choice.dropHandlers === true || row.event === 'ONAPPINSTALL';
    if (row.appId === app.clientId && goes) state.bindings.delete(row.id);
  }
  state.announce({ kind: 'app' });
}

export interface UninstallChoice {
  readonly clean?: boolean;
  readonly order?: UninstallOrder;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: randomBytes(4).readUInt32BE() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Removes the app: every bot is unregistered, the last events are queued, bindings and tokens stop working. */
export function uninstallApp(state: PortalState, choice: UninstallChoice = {}): void {
  const app = state.app;
  if (app === null) throw new Error('the app is not on the portal');
  const order = choice.order ?? 'shuffled';
  const cause = { userId: administrator(state), depth: EVENT_DEPTH };
  const own = [...state.bindings.values()].filter((row) => row.appId === app.clientId);
  const farewells = own.filter((row) => row.event === 'ONAPPUNINSTALL');
  const bots = botsOfApp(state, app.clientId).map((bot) => () => deleteBot(state, bot, cause));
  const goodbye = (): void => sendUninstalled(state, app, farewells, choice.clean ?? false);
  const inOrder = order === 'app-first' ? [goodbye, ...bots] : [...bots, goodbye];
  for (const step of order === 'shuffled' ? shuffled(inOrder) : inOrder) step();
  for (const row of own) state.bindings.delete(row.id);
  state.tokens.revokeApp(app.clientId);
  state.app = null;
  state.announce({ kind: 'app' });
}

/** The paid period ends or is renewed: while it is over, no events are sent and token refreshes are refused. */
export function setPaymentExpired(state: PortalState, isExpired: boolean): void {
  const app = state.app;
  if (app === null) throw new Error('the app is not on the portal');
  app.paymentExpired = isExpired;
  const data = {
    CODE: 'sandbox.bots',
    VERSION: app.version,
    STATUS: app.status,
    PAYMENT_EXPIRED: isExpired ? 'Y' : 'N',
    DAYS: isExpired ? 0 : 30,
  };
  sendAppEvent(state, 'ONAPPPAYMENT', data, administrator(state));
  state.announce({ kind: 'app' });
}
