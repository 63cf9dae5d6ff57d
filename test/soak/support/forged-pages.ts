/** Forged visits and installations by page, and forged sessions of those pages. */
import { randomBytes } from 'node:crypto';
import type { PageForm } from '../../../sandbox/bitrix24/app-life.ts';
import { sealSession } from '../../../src/http/page-session.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { anyText, type Forger, type Forgery, hasSession, hex, isOk, type Loot, type Tokens } from './forgery.ts';
import type { InstalledWorld } from './installed-world.ts';
import type { Random } from './random.ts';

export function pageForgers({ first, second }: InstalledWorld, loot: Loot): readonly Forger[] {
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
    // Nothing that proves anything is left of the true form.
    const blank = { AUTH_ID: hex(22), REFRESH_ID: hex(20), APPLICATION_TOKEN: hex(16) };
    return { path, body: new URLSearchParams({ ...form.fields, ...blank, ...changes }).toString() };
  };
  const visit = first.appPageForm();
  const install = first.installPageForm();
  const mixed = second.installPageForm();
  return [
    { name: 'visits', share: 14, isAccepted: hasSession, make: (random) => forge(visit, random) },
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

const asFields = ({ accessToken, refreshToken }: Tokens) => ({ AUTH_ID: accessToken, REFRESH_ID: refreshToken });

export function sessionForgers({ appSecret, first }: InstalledWorld, loot: Loot): readonly Forger[] {
  const visitor = { portal: first.memberId, isAdmin: true };
  const own = createSealer({ current: appSecret });
  const strange = createSealer({ current: randomBytes(32) });
  const threeHoursAgo = Date.now() - 3 * 3_600_000;
  const forged = (random: Random): string =>
    random.pick([
      () => sealSession(strange, visitor, Date.now()),
      () => sealSession(own, visitor, threeHoursAgo),
      () =>
        own
          .seal(JSON.stringify({ ...visitor, since: Date.now() }), 'brain.messagegateway.portal')
          .toString('base64url'),
      () => flipped(loot.adminSession, random),
      () => loot.adminSession.slice(0, random.below(loot.adminSession.length - 2)),
      () => Buffer.from(JSON.stringify({ ...visitor, since: Date.now() })).toString('base64url'),
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
          ['GET', '/bitrix24/app/data'],
          ['GET', '/bitrix24/install/status'],
          ['POST', '/bitrix24/app/set-up'],
          ['POST', '/bitrix24/app/connect-code?brain=messagegateway'],
        ] as const);
        return send(path, forged(random), method);
      },
    },
    {
      name: "an employee's session for administrators' acts",
      share: 2,
      isAccepted: isOk,
      make: (random) => {
        const path = random.pick(['/bitrix24/app/set-up', '/bitrix24/app/connect-code?brain=messagegateway']);
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
