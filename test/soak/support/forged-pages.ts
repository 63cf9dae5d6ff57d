/** Forged visits to the pages, forged installations, and forged page sessions. */
import { randomBytes } from 'node:crypto';
import type { PageForm } from '../../../sandbox/bitrix24/app-life.ts';
import { sealSession } from '../../../src/http/page-session.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { anyText, type Forger, type Forgery, hasSession, hex, isOk, type Loot, type Tokens } from './forgery.ts';
import type { InstalledWorld } from './installed-world.ts';
import type { Random } from './random.ts';

export function pageForgers(world: InstalledWorld, loot: Loot): readonly Forger[] {
  const { first, second } = world;
  const forge = (form: PageForm, random: Random): Forgery => {
    const url = new URL(form.url);
    const stolen = random.pick([loot.ofOtherPortal, loot.ofOtherApp]);
    const changes = random.pick<Readonly<Record<string, string>>>([
      { AUTH_ID: stolen.accessToken },
      { AUTH_ID: stolen.accessToken, REFRESH_ID: stolen.refreshToken },
      { AUTH_ID: anyText(random) },
      { AUTH_ID: anyText(random), REFRESH_ID: anyText(random), APPLICATION_TOKEN: first.applicationToken },
      { AUTH_ID: loot.ofOtherPortal.accessToken, SERVER_ENDPOINT: `${second.oauthOrigin}/rest/` },
      { ...asFields(loot.ofOtherApp), SERVER_ENDPOINT: `${first.oauthOrigin}/rest/` },
      { AUTH_ID: hex(22), SERVER_ENDPOINT: 'https://oauth.bitrix.info.evil.invalid/rest/' },
    ]);
    if (random.percent(20)) url.searchParams.set('DOMAIN', second.domain);
    const path = `${url.pathname}${url.search}`;
    // A genuine form in which every field that proves something is replaced.
    const blank = { AUTH_ID: hex(22), REFRESH_ID: hex(20), APPLICATION_TOKEN: hex(16) };
    return { path, body: new URLSearchParams({ ...form.fields, ...blank, ...changes }).toString() };
  };
  const visit = first.appPageForm();
  const install = first.installPageForm();
  const mixed = second.installPageForm();
  return [
    { name: 'settings forms', share: 4, isAccepted: isOk, make: (random) => settingsForm(world, loot, random) },
    { name: 'visits', share: 10, isAccepted: hasSession, make: (random) => forge(visit, random) },
    { name: 'installs', share: 12, isAccepted: hasSession, make: (random) => forge(install, random) },
    {
      name: 'installs under the id of another portal',
      share: 3,
      isAccepted: hasSession,
      make: () => {
        const url = new URL(mixed.url);
        const fields = new URLSearchParams({ ...mixed.fields, member_id: first.memberId });
        return { path: `${url.pathname}${url.search}`, body: fields.toString() };
      },
    },
  ];
}

/** Requests or saves the settings form of the first portal with everything correct except the tokens. */
function settingsForm({ first, second }: InstalledWorld, loot: Loot, random: Random): Forgery {
  const { accessToken, refreshToken } = random.pick<Tokens>([
    loot.ofOtherPortal,
    loot.ofOtherApp,
    { accessToken: loot.ofOtherPortal.accessToken, refreshToken: loot.ofOtherApp.refreshToken },
    { accessToken: hex(22), refreshToken: hex(20) },
    { accessToken: anyText(random), refreshToken: anyText(random) },
  ]);
  const [bot] = first.bots();
  const endpoint = random.pick([`${first.oauthOrigin}/rest/`, `${second.oauthOrigin}/rest/`, 'https://evil.invalid/']);
  const asked: Readonly<Record<string, string>> = random.percent(30)
    ? { event: random.pick(['OnAppSettingsInstall', 'OnAppSettingsDisplay', 'OnAppSettingsChange']) }
    : { saveform: 'Y' };
  const form = new URLSearchParams({
    ...asked,
    'data[bot]': String(bot?.id),
    [`data[name-${bot?.id}]`]: 'Forged',
    [`data[brain-${bot?.id}]`]: 'brain-echo',
    'auth[access_token]': accessToken,
    'auth[refresh_token]': refreshToken,
    'auth[expires_in]': '3600',
    'auth[domain]': first.domain,
    'auth[client_endpoint]': first.restEndpoint,
    'auth[server_endpoint]': endpoint,
    'auth[member_id]': first.memberId,
    'auth[application_token]': random.pick([first.applicationToken, second.applicationToken, hex(16)]),
  });
  return { path: '/bitrix24/settings-form', body: form.toString() };
}

const asFields = ({ accessToken, refreshToken }: Tokens) => ({ AUTH_ID: accessToken, REFRESH_ID: refreshToken });

export function sessionForgers({ appSecret, first }: InstalledWorld, loot: Loot): readonly Forger[] {
  const visitor = { portal: first.memberId, userId: '1', userName: 'Forged', isAdmin: true, language: 'en' } as const;
  const sessionAt = (since: number) => ({ ...visitor, openedAt: since, since });
  const own = createSealer({ current: appSecret });
  const strange = createSealer({ current: randomBytes(32) });
  const threeHoursAgo = Date.now() - 3 * 3_600_000;
  const forged = (random: Random): string =>
    random.pick([
      () => sealSession(strange, sessionAt(Date.now())),
      () => sealSession(own, sessionAt(threeHoursAgo)),
      () => own.seal(JSON.stringify(sessionAt(Date.now())), 'brain.messagegateway.portal').toString('base64url'),
      () => flipped(loot.adminSession, random),
      () => loot.adminSession.slice(0, random.below(loot.adminSession.length - 2)),
      () => Buffer.from(JSON.stringify(sessionAt(Date.now()))).toString('base64url'),
      () => anyText(random),
    ])();
  const send = (path: string, session: string, method: string): Forgery => ({
    path: `${path}${path.includes('?') ? '&' : '?'}s=${encodeURIComponent(session)}`,
    body: '',
    options: { method, headers: { authorization: `Bearer ${session.replaceAll(/[^\x21-\x7e]/g, '')}` } },
  });
  return [
    {
      name: 'sessions',
      share: 6,
      isAccepted: isOk,
      make: (random) => {
        const [method, path] = random.pick([
          ['GET', '/api/conversations'],
          ['GET', '/api/app'],
          ['GET', '/api/bots'],
          ['POST', '/api/session'],
          ['GET', '/api/setup'],
          ['POST', '/api/setup/orders'],
          ['POST', '/api/connect-codes'],
        ] as const);
        return send(path, forged(random), method);
      },
    },
    {
      name: "an employee's session for administrators' acts",
      share: 2,
      isAccepted: isOk,
      make: (random) => {
        const path = random.pick(['/api/setup/orders', '/api/connect-codes']);
        return send(path, loot.employeeSession, 'POST');
      },
    },
  ];
}

function flipped(session: string, random: Random): string {
  const bytes = Buffer.from(session, 'base64url');
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes.toString('base64url');
}
