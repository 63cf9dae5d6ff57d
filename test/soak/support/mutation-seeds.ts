/** The requests that are mutated: recorded bodies for every endpoint, with correct and with wrong secrets. */
import { readdirSync, readFileSync } from 'node:fs';
import { formBody, portalAuth } from '../../support/event-bodies.ts';
import type { EventSender } from './event-form.ts';
import { fleetBot } from './seed-portals.ts';

export interface Seed {
  readonly path: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body that is not mutated: it proves the sender. */
  readonly proof: Buffer;
  readonly body: Buffer;
}

export interface SeedSecrets {
  readonly sender: EventSender;
  readonly domain: string;
  /** Path and client id of a connection that exists. */
  readonly webhook: { readonly path: string; readonly clientId: string };
}

interface Recorded {
  readonly name: string;
  readonly body: unknown;
}

const formType = 'application/x-www-form-urlencoded';

function recorded(folder: string, start: string): Recorded[] {
  const address = new URL(`../../fixtures/${folder}/`, import.meta.url);
  return readdirSync(address)
    .filter((name) => name.startsWith(start))
    .map((name) => ({ name, body: (JSON.parse(readFileSync(new URL(name, address), 'utf8')) as Recorded).body }));
}

const textsOf = (found: readonly Recorded[]): string[] =>
  found.flatMap(({ body }) => (typeof body === 'string' ? [body] : []));

/** How often each kind is used, in percent. */
export interface SeedKind {
  readonly name: string;
  readonly share: number;
  readonly seeds: readonly Seed[];
}

export function seedKinds(secrets: SeedSecrets): readonly SeedKind[] {
  const first = textsOf(recorded('bitrix24', 'v1-'));
  const second = textsOf(recorded('bitrix24', 'v2-webhook-'));
  const installs = textsOf(recorded('bitrix24', 'app-'));
  const hooks = recorded('messagegateway', 'webhook-').map(({ body }) => Buffer.from(JSON.stringify(body)));
  const [page = ''] = textsOf(recorded('bitrix24', 'page-install'));
  return [
    { name: 'proven events of the first API', share: 14, seeds: first.map((body) => trueEvent(secrets.sender, body)) },
    { name: 'proven events of imbot.v2', share: 14, seeds: second.map((body) => trueEvent(secrets.sender, body)) },
    {
      name: 'events of strangers',
      share: 22,
      seeds: [...first, ...second].map((body) => form('/bitrix24/events', body)),
    },
    { name: 'install events', share: 6, seeds: installs.map((body) => form('/bitrix24/events', body)) },
    {
      name: 'proven webhooks',
      share: 8,
      seeds: hooks.map((body) => webhook(secrets.webhook.path, secrets.webhook.clientId, body)),
    },
    {
      name: 'webhooks of strangers',
      share: 8,
      seeds: hooks.map((body) => webhook(secrets.webhook.path, 'f'.repeat(64), body)),
    },
    {
      name: 'guessed webhooks',
      share: 4,
      seeds: hooks.map((body) => webhook('/brains/messagegateway/guess', 'f'.repeat(64), body)),
    },
    { name: 'pages', share: 12, seeds: pages(page, secrets) },
    { name: 'account forms', share: 8, seeds: accountForms(secrets) },
    { name: 'odd paths', share: 4, seeds: oddPaths },
  ];
}

function form(path: string, body: string, proof = ''): Seed {
  return { path, type: formType, headers: {}, proof: Buffer.from(proof), body: Buffer.from(body) };
}

/** A step of the connection page. */
function step(body: unknown): Seed {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    path: '/messagegateway/connect',
    type: 'application/json',
    headers: {},
    proof: Buffer.alloc(0),
    body: bytes,
  };
}

/** The recorded event as this portal would send it for its bot; the part after the sender's proof is mutated. */
function trueEvent(sender: EventSender, body: string): Seed {
  // Nothing could be tested after the bot was deleted, so deletions name a bot that does not exist.
  const named = /^event=ONIMBOT(V2)?DELETE&/.test(body) ? body.replaceAll('=567', '=999') : withFleetBot(body);
  const rest = named.split('&').filter((pair) => !pair.startsWith('auth'));
  return form('/bitrix24/events', rest.join('&'), `${formBody([], portalAuth(sender))}&`);
}

/** Replaces the first of several bots by the fleet's bot. */
function withFleetBot(body: string): string {
  const { id, code } = fleetBot;
  const recordedId = /%5BBOT_ID%5D=(\d+)/.exec(body)?.[1] ?? '0';
  return body
    .replaceAll(`%5BBOT%5D%5B${recordedId}%5D`, `%5BBOT%5D%5B${id}%5D`)
    .replaceAll(`%5BBOT_ID%5D=${recordedId}`, `%5BBOT_ID%5D=${id}`)
    .replace(/(%5BBOT_CODE%5D=)[^&]*/, `$1${code}`)
    .replace(/(data%5Bbot%5D%5Bid%5D=)\d+/, `$1${id}`)
    .replace(/(data%5Bbot%5D%5Bcode%5D=)[^&]*/, `$1${code}`);
}

function webhook(path: string, clientId: string, body: Buffer): Seed {
  return { path, type: 'application/json', headers: { clientid: clientId }, proof: Buffer.alloc(0), body };
}

function pages(body: string, { domain, sender }: SeedSecrets): Seed[] {
  const query = `?DOMAIN=${encodeURIComponent(domain)}&PROTOCOL=0&LANG=ru&APP_SID=${'a'.repeat(32)}`;
  const own = formBody([...new URLSearchParams(body)], {
    member_id: sender.memberId,
    APPLICATION_TOKEN: sender.applicationToken,
  });
  const opened = ['/bitrix24/install', '/bitrix24/app'].flatMap((path) => [
    form(`${path}${query}`, body),
    form(`${path}${query}`, own),
  ]);
  const settings = textsOf(recorded('bitrix24', 'page-urlsettings')).map((recordedBody) => {
    const rest = recordedBody.split('&').filter((pair) => !/^auth%5B(member_id|domain|client_endpoint)/.test(pair));
    const named = formBody([], { 'auth[member_id]': sender.memberId, 'auth[domain]': domain });
    return form('/bitrix24/settings-form', [named, ...rest].join('&'));
  });
  return [...opened, ...settings];
}

function accountForms({ webhook: { clientId } }: SeedSecrets): Seed[] {
  const register = JSON.stringify({ token: 'a'.repeat(64), apiKey: 'key', systemUrl: 'https://demo.simla.com' });
  const activity = encodeURIComponent(JSON.stringify({ active: true, freeze: false }));
  const guess = 'f'.repeat(64);
  return [
    step({ step: 'check', values: { crmUrl: 'demo.simla.com', apiKey: 'abc' }, code: 'AAAA-BBBB-CCCC' }),
    step({ step: 'settings', carried: { choice: 'AAAA' }, bot: 'bridge_line' }),
    form('/messagegateway/simple/register', `register=${encodeURIComponent(register)}`),
    form('/messagegateway/activity', `clientId=${guess}&activity=${activity}&systemUrl=`),
    form(
      '/messagegateway/activity',
      `&activity=${activity}&systemUrl=https%3A%2F%2Fdemo.simla.com`,
      `clientId=${clientId}`,
    ),
  ];
}

const oddPaths: readonly Seed[] = [
  '/',
  '/healthz',
  '/assets/__proto__',
  '/bitrix24/assets/__proto__',
  '/bitrix24/assets/..%2F..%2Fpackage.json',
  '/bots/O.png',
  '/bots/%00.png',
  '/api/setup/orders',
  '/api/connections/%00/figures',
  '/api/app?s=%FF%FE',
  '/metrics',
  '/readyz',
  '/brains/__proto__/x',
  '/brains/messagegateway/%00',
  '/%',
].flatMap((path) => [form(path, 'a=b'), { ...form(path, 'a=b'), headers: { authorization: 'Bearer AAAA' } }]);
