/** The requests the mutations begin with: recorded bodies for every endpoint, with right secrets and with wrong ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { formBody, portalAuth } from '../../support/event-bodies.ts';
import type { EventSender } from './event-form.ts';
import { farmBot } from './seed-portals.ts';

export interface Seed {
  readonly path: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Left as it is, before the mutated rest: what makes the sender believed. */
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

/** How often each kind is taken, in a hundred. */
export interface SeedKind {
  readonly share: number;
  readonly seeds: readonly Seed[];
}

export function seedKinds(secrets: SeedSecrets): readonly SeedKind[] {
  const events = [...textsOf(recorded('bitrix24', 'v1-')), ...textsOf(recorded('bitrix24', 'v2-webhook-'))];
  const installs = textsOf(recorded('bitrix24', 'app-'));
  const hooks = recorded('messagegateway', 'webhook-').map(({ body }) => Buffer.from(JSON.stringify(body)));
  const [page = ''] = textsOf(recorded('bitrix24', 'page-install'));
  return [
    { share: 12, seeds: events.map((body) => trueEvent(secrets.sender, body)) },
    { share: 38, seeds: events.map((body) => form('/bitrix24/events', body)) },
    { share: 6, seeds: installs.map((body) => form('/bitrix24/events', body)) },
    { share: 8, seeds: hooks.map((body) => webhook(secrets.webhook.path, secrets.webhook.clientId, body)) },
    { share: 8, seeds: hooks.map((body) => webhook(secrets.webhook.path, 'f'.repeat(64), body)) },
    { share: 4, seeds: hooks.map((body) => webhook('/brains/messagegateway/guess', 'f'.repeat(64), body)) },
    { share: 12, seeds: pages(page, secrets) },
    { share: 8, seeds: accountForms(secrets) },
    { share: 4, seeds: oddPaths },
  ];
}

function form(path: string, body: string, proof = ''): Seed {
  return { path, type: formType, headers: {}, proof: Buffer.from(proof), body: Buffer.from(body) };
}

/** The recorded event as this portal would send it: what is mutated comes behind the sender's proof. */
function trueEvent(sender: EventSender, body: string): Seed {
  const named = body.replaceAll('%5BBOT%5D%5B567%5D', `%5BBOT%5D%5B${farmBot.id}%5D`).replaceAll('BOT1', farmBot.code);
  const rest = named.split('&').filter((pair) => !pair.startsWith('auth'));
  return form('/bitrix24/events', rest.join('&'), `${formBody([], portalAuth(sender))}&`);
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
  return ['/bitrix24/install', '/bitrix24/app', '/bitrix24/settings-form'].flatMap((path) => [
    form(`${path}${query}`, body),
    form(`${path}${query}`, own),
  ]);
}

function accountForms({ webhook: { clientId } }: SeedSecrets): Seed[] {
  const register = JSON.stringify({ token: 'a'.repeat(64), apiKey: 'key', systemUrl: 'https://demo.simla.com' });
  const activity = encodeURIComponent(JSON.stringify({ active: true, freeze: false }));
  const guess = 'f'.repeat(64);
  return [
    form('/messagegateway/connect', 'step=check&account=demo.simla.com&code=AAAA-BBBB-CCCC&key=abc'),
    form('/messagegateway/connect', 'step=choose&choice=AAAA&bot=bridge_line'),
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
  '/bitrix24/app/set-up',
  '/bitrix24/app/connect-code?brain=__proto__',
  '/bitrix24/app/data?s=%FF%FE',
  '/metrics',
  '/readyz',
  '/brains/__proto__/x',
  '/brains/messagegateway/%00',
  '/%',
].flatMap((path) => [form(path, 'a=b'), { ...form(path, 'a=b'), headers: { authorization: 'Bearer AAAA' } }]);
