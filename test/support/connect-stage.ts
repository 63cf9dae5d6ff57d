/** An installed app and a sandbox MessageGateway that do not know each other yet, and a person who connects them by the pages. */
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import type { SandboxAccount } from '../../sandbox/messagegateway/sandbox-account.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import { brains } from '../../src/brains/index.ts';
import { type Bridge, install } from './bridge.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';
import { type OwnBridge, startOwnBridge } from './installed-bridge.ts';
import { hostsOf } from './messagegateway-join.ts';
import { readPageData, sessionHeader } from './page-data.ts';
import { everythingDone } from './talk.ts';

const oneStepSecret = 'secret-of-the-marketplace-card';

export interface ConnectStage {
  readonly own: OwnBridge;
  readonly bridge: Bridge;
  readonly gateway: SandboxMessageGateway;
  /** Another account of the same gateway. */
  readonly second: SandboxAccount;
  readonly captured: CapturedLog;
  /** What an administrator is shown in the portal. */
  newCode(): Promise<string>;
  /** The connection page, as a browser asks for it. */
  page(query?: string, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  /** The account's own page. */
  account(query: string): Promise<Shown>;
  /** Sends a form of it. */
  submit(fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  close(): Promise<void>;
}

export interface Shown {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Value of a hidden field, as the browser would send it; empty without one. */
  hidden(name: string): string;
  /** What the page says is wrong. */
  readonly problem: string;
}

export async function startConnectStage(options: MessageGatewayOptions = {}): Promise<ConnectStage> {
  const gateway = await startSandboxMessageGateway({
    mgRate: false,
    crmRate: false,
    simpleSecret: oneStepSecret,
    ...options,
  });
  const second = await gateway.addAccount();
  const captured = captureLog();
  const own = await startOwnBridge({
    brains,
    log: captured.log,
    extraHosts: [...hostsOf(gateway), new URL(second.crmOrigin).host],
    settings: { BRAIN_SETTINGS: JSON.stringify({ messagegateway: { oneStepSecret } }) },
  });
  const { bridge } = own;
  await install(bridge);
  await everythingDone(bridge.portal, own.probe);
  const url = `${bridge.url}/messagegateway/connect`;
  return {
    own,
    bridge,
    gateway,
    second,
    captured,
    newCode: () => codeFor(bridge),
    page: async (query = '', headers = {}) => await read(await fetch(`${url}${query}`, { headers })),
    account: async (query) =>
      await read(await fetch(`${bridge.url}/messagegateway/account${query}${query === '' ? '?' : '&'}lang=en`)),
    submit: async (fields, headers = {}) =>
      await read(await fetch(`${url}?lang=en`, { method: 'POST', headers, body: new URLSearchParams(fields) })),
    async close() {
      await own.close();
      await gateway.close();
    },
  };
}

/** The session of the app's page for somebody in the portal; an administrator unless a user is named. */
export async function sessionFor(bridge: Bridge, userId?: number): Promise<string> {
  const form = bridge.portal.appPageForm(userId === undefined ? {} : { userId });
  const answer = await fetch(form.url, { method: 'POST', body: new URLSearchParams(form.fields) });
  return readPageData(await answer.text()).session ?? '';
}

/** Asks for a code as the app's page does. */
export async function askForCode(bridge: Bridge, session: string, brain = 'messagegateway'): Promise<Response> {
  const query = new URLSearchParams({ brain });
  const init = { method: 'POST', headers: sessionHeader(session) };
  return await fetch(`${bridge.url}/bitrix24/app/connect-code?${query.toString()}`, init);
}

async function codeFor(bridge: Bridge): Promise<string> {
  const answer = await askForCode(bridge, await sessionFor(bridge));
  if (!answer.ok) throw new Error(`the code was answered with ${answer.status}`);
  return ((await answer.json()) as { code: string }).code;
}

async function read(answer: Response): Promise<Shown> {
  const html = await answer.text();
  return {
    status: answer.status,
    html,
    headers: answer.headers,
    hidden: (name) => new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '',
    problem: /<p class="problem" role="alert">([^<]*)</.exec(html)?.[1] ?? '',
  };
}
