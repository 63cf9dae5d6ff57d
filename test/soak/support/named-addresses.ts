/** The places where a request contains an address: pages, events, forms and callbacks. Everything else in these requests is genuine. */
import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { PageForm } from '../../../sandbox/bitrix24/app-life.ts';
import { formBody, recordedPairs } from '../../support/event-bodies.ts';
import { readPageData } from '../../support/page-data.ts';
import type { EvilAddress } from './evil-addresses.ts';
import type { InstalledWorld } from './installed-world.ts';
import type { Poster } from './post.ts';

export interface NamedPlace {
  readonly name: string;
  /** Resolves with the status of the last answer; 0 when none came. */
  send(evil: EvilAddress): Promise<number>;
}

export const oneStepSecret = 'secret-of-the-marketplace-card';

export function namedPlaces(world: InstalledWorld, poster: Poster): readonly NamedPlace[] {
  return [...pagePlaces(world, poster), ...eventPlaces(world, poster), ...accountPlaces(world, poster)];
}

async function postForm(poster: Poster, form: PageForm, query: Record<string, string>, fields: Record<string, string>) {
  const url = new URL(form.url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const body = new URLSearchParams({ ...form.fields, ...fields }).toString();
  return (await poster.post(`${url.pathname}${url.search}`, body)).status;
}

function pagePlaces({ first }: InstalledWorld, poster: Poster): readonly NamedPlace[] {
  return (['installer', 'app'] as const).flatMap((page) => {
    const form = (): PageForm => (page === 'installer' ? first.installPageForm() : first.appPageForm());
    return [
      {
        name: `DOMAIN of the ${page} page`,
        async send({ authority }: EvilAddress) {
          await postForm(poster, form(), { DOMAIN: authority, PROTOCOL: '0' }, {});
          return await postForm(poster, form(), { DOMAIN: authority, PROTOCOL: '1' }, {});
        },
      },
      {
        name: `SERVER_ENDPOINT of the ${page} page`,
        send: ({ url }: EvilAddress) => postForm(poster, form(), {}, { SERVER_ENDPOINT: `${url}rest/` }),
      },
    ];
  });
}

function eventPlaces({ first }: InstalledWorld, poster: Poster): readonly NamedPlace[] {
  const install = async (changes: Readonly<Record<string, string>>): Promise<number> => {
    const { accessToken, refreshToken } = first.issueToken();
    const body = formBody(recordedPairs('app-onappinstall'), {
      'auth[member_id]': first.memberId,
      'auth[domain]': first.domain,
      'auth[client_endpoint]': first.restEndpoint,
      'auth[server_endpoint]': `${first.oauthOrigin}/rest/`,
      'auth[access_token]': accessToken,
      'auth[refresh_token]': refreshToken,
      'auth[application_token]': first.applicationToken,
      ...changes,
    });
    return (await poster.post('/bitrix24/events', body)).status;
  };
  return [
    { name: 'domain of an install event', send: ({ authority }) => install({ 'auth[domain]': authority }) },
    {
      name: 'client_endpoint of an install event',
      send: ({ url }) => install({ 'auth[domain]': '', 'auth[client_endpoint]': `${url}rest/` }),
    },
    {
      name: 'server_endpoint of an install event',
      send: ({ url }) => install({ 'auth[server_endpoint]': `${url}rest/` }),
    },
  ];
}

function accountPlaces({ gateway, first }: InstalledWorld, poster: Poster): readonly NamedPlace[] {
  const clientId = gateway.modules()[0]?.clientId ?? '';
  const post = async (path: string, fields: Record<string, string>): Promise<number> =>
    (await poster.post(path, new URLSearchParams(fields).toString())).status;
  const register = (systemUrl: string): Promise<number> => {
    const token = createHmac('sha256', oneStepSecret).update(gateway.apiKey).digest('hex');
    const fields = { register: JSON.stringify({ token, apiKey: gateway.apiKey, systemUrl }) };
    return post('/messagegateway/simple/register', fields);
  };
  const move = (systemUrl: string): Promise<number> =>
    post('/messagegateway/activity', {
      clientId,
      activity: JSON.stringify({ active: true, freeze: false }),
      systemUrl,
    });
  return [
    {
      name: 'CRM address of the connect page',
      async send({ url, authority }) {
        await checkAccount(first, poster, authority);
        return (await checkAccount(first, poster, url)).status;
      },
    },
    { name: 'CRM address of a one-step connection', send: ({ url }) => register(url) },
    { name: 'CRM address of a callback', send: ({ url }) => move(url) },
  ];
}

type Portal = InstalledWorld['first'];

/** An administrator with a valid code names the account. */
export async function checkAccount(portal: Portal, poster: Poster, account: string) {
  const session = await sessionOf(portal, poster);
  const headers = { authorization: `Bearer ${session}` };
  const askForCode = () => poster.post('/api/connect-codes', '{"brain":"messagegateway"}', { headers });
  let answer = await askForCode();
  if (answer.status === 429) {
    // The run asks for more codes than the limit per minute, which is made for people.
    await setTimeout(61_000);
    answer = await askForCode();
  }
  if (answer.status !== 200) throw new Error(`the code was answered with ${answer.status}`);
  const { code } = JSON.parse(answer.text) as { readonly code: string };
  return await postStep(poster, { step: 'check', values: { crmUrl: account, apiKey: 'key' }, code });
}

/** A step of the connection page, as its script sends it. */
export function postStep(poster: Poster, step: Readonly<Record<string, unknown>>) {
  const headers = { 'content-type': 'application/json' };
  return poster.post('/messagegateway/connect?lang=en', JSON.stringify(step), { headers });
}

const sessions = new WeakMap<Portal, Promise<string>>();

function sessionOf(portal: Portal, poster: Poster): Promise<string> {
  const known = sessions.get(portal);
  if (known !== undefined) return known;
  const made = open(portal, poster);
  sessions.set(portal, made);
  return made;
}

async function open(portal: Portal, poster: Poster): Promise<string> {
  const form = portal.appPageForm();
  const { pathname, search } = new URL(form.url);
  const { status, text } = await poster.post(`${pathname}${search}`, form.body);
  const session = status === 200 ? readPageData(text).session : null;
  if (session === null) throw new Error(`the page was answered with ${status}`);
  return session;
}
