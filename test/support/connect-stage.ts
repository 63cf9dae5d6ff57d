/** An installed app and a sandbox MessageGateway that are not connected yet, and a person who connects them on the pages. */
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import type { SandboxAccount } from '../../sandbox/messagegateway/sandbox-account.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import { brains } from '../../src/brains/index.ts';
import type { ConnectStep, ConnectView } from '../../src/core/connect-view.ts';
import { type Bridge, install } from './bridge.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';
import { type OwnBridge, startOwnBridge } from './installed-bridge.ts';
import { hostsOf } from './messagegateway-join.ts';
import { dataOf, readPageData, sessionHeader } from './page-data.ts';
import { everythingDone } from './talk.ts';

const oneStepSecret = 'secret-of-the-marketplace-card';

export interface ConnectStage {
  readonly own: OwnBridge;
  readonly bridge: Bridge;
  readonly gateway: SandboxMessageGateway;
  /** Another account of the same gateway. */
  readonly second: SandboxAccount;
  readonly captured: CapturedLog;
  /** A new connect code, as an administrator sees it in the portal. */
  newCode(): Promise<string>;
  /** Requests the connection page as a browser does. */
  page(query?: string, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  /** Requests the account's own page. */
  account(query: string): Promise<Shown>;
  /** Sends a step of the connection page as its script does. */
  submit(step: StepBody, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  close(): Promise<void>;
}

/** The fields of a step that tests set. */
export interface StepBody {
  readonly step: ConnectStep['step'];
  readonly carried?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly bot?: string;
}

export interface Shown {
  readonly status: number;
  /** The page, or the answer to a step, as text. */
  readonly text: string;
  readonly headers: Headers;
  /** The view that is shown. Throws if there is none. */
  readonly view: ConnectView;
  /** The values that the next step has to repeat. */
  readonly carried: Readonly<Record<string, string>>;
  /** Code of the problem without the name of the brain; empty if there is none. */
  readonly problem: string;
}

/** Names of the fields in a view. */
export function asked({ view }: Shown): readonly string[] {
  if (view.name === 'settings') return view.fields.map(({ key }) => key);
  if (view.name !== 'account') return [];
  return [...view.fields.map(({ key }) => key), ...(view.portal === null ? ['code'] : [])];
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
    submit: async (step, headers = {}) =>
      await read(
        await fetch(`${url}?lang=en`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(step),
        }),
      ),
    async close() {
      await own.close();
      await gateway.close();
    },
  };
}

/** The session of the app's page for a user of the portal, by default an administrator. */
export async function sessionFor(bridge: Bridge, userId?: number): Promise<string> {
  const form = bridge.portal.appPageForm(userId === undefined ? {} : { userId });
  const answer = await fetch(form.url, { method: 'POST', body: new URLSearchParams(form.fields) });
  return readPageData(await answer.text()).session ?? '';
}

/** Requests a connect code as the app's page does. */
export async function askForCode(bridge: Bridge, session: string, brain = 'messagegateway'): Promise<Response> {
  const headers = { ...sessionHeader(session), 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ brain }) };
  return await fetch(`${bridge.url}/api/connect-codes`, init);
}

async function codeFor(bridge: Bridge): Promise<string> {
  const answer = await askForCode(bridge, await sessionFor(bridge));
  if (!answer.ok) throw new Error(`the code was answered with ${answer.status}`);
  return ((await answer.json()) as { code: string }).code;
}

async function read(answer: Response): Promise<Shown> {
  const text = await answer.text();
  const view = viewIn(answer, text);
  return {
    status: answer.status,
    text,
    headers: answer.headers,
    get view() {
      if (view === null) throw new Error(`no view is shown: ${text.slice(0, 300)}`);
      return view;
    },
    carried: view?.carried ?? {},
    problem: view?.problem?.code.replace(/^messagegateway\./, '') ?? '',
  };
}

function viewIn(answer: Response, text: string): ConnectView | null {
  const isPage = answer.headers.get('content-type')?.startsWith('text/html') === true;
  const json: unknown = isPage ? dataOf(text) : JSON.parse(text);
  const found = isPage && typeof json === 'object' && json !== null && 'view' in json ? json.view : json;
  return isView(found) ? found : null;
}

function isView(value: unknown): value is ConnectView {
  return typeof value === 'object' && value !== null && 'name' in value && 'carried' in value;
}
