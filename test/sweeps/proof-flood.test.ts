import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { install, until } from '../support/bridge.ts';
import { expectToAnswer, type OwnBridge, startOwnBridge } from '../support/installed-bridge.ts';
import { readPageData } from '../support/page-data.ts';
import { everythingDone } from '../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  own?.bridge.portal.fault.clear();
  await own?.close();
  own = undefined;
});

/** Posts a form from one of the loopback addresses, so that the app sees several senders. */
function postFrom(
  localAddress: string,
  url: string,
  body: string,
  onSent?: () => void,
): Promise<{ status: number; html: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    const call = request(url, { method: 'POST', localAddress, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, html: Buffer.concat(parts).toString() }));
    });
    call.on('error', reject);
    call.end(body, onSent);
  });
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** A page with tokens nobody knows, for a portal nobody knows. */
function forgedPage({ bridge }: OwnBridge, sender: string, onSent: () => void): Promise<{ status: number }> {
  const form = bridge.portal.installPageForm();
  const fields = { ...form.fields, member_id: hex(16), AUTH_ID: hex(35), REFRESH_ID: hex(35) };
  return postFrom(sender, form.url, new URLSearchParams(fields).toString(), onSent);
}

/** Resolves when every page of the flood has left; `statuses` are its answers. */
async function flood(scene: OwnBridge, senders: readonly string[]): Promise<{ readonly statuses: Promise<number[]> }> {
  const sent: Promise<void>[] = [];
  const answers = senders.map(async (sender) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    sent.push(promise);
    return (await forgedPage(scene, sender, resolve)).status;
  });
  await Promise.all(sent);
  return { statuses: Promise.all(answers) };
}

const many = (count: number, sender: (at: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => sender(at));

describe('24 forged pages while the OAuth host is slow', () => {
  it.each([
    ['the address of the visitor himself', many(24, () => '127.0.0.1')],
    ['one other address', many(24, () => '127.0.0.2')],
    ['24 addresses', many(24, (at) => `127.0.1.${at + 1}`)],
  ])('from %s do not shut out an installation', async (_name, senders) => {
    own = await startOwnBridge();
    const { portal } = own.bridge;
    portal.fault.oauth({ kind: 'slow', ms: 1_000, times: 1_000 });
    const { statuses } = await flood(own, senders);
    const page = await portal.openInstallPage();
    expect(page.status).toBe(200);
    expect(readPageData(page.html).session).not.toBeNull();
    expect(new Set(await statuses)).toEqual(new Set([403]));
    expect(await own.probe.count('select count(*) from portal')).toBe(1);
  });

  it('and 24 more of the same kind do not hold up visitors and events of portals that are known', async () => {
    own = await startOwnBridge();
    const scene = own;
    const { portal } = scene.bridge;
    await install(scene.bridge);
    await everythingDone(portal, scene.probe);
    portal.fault.oauth({ kind: 'slow', ms: 700, times: 1_000 });
    const { statuses } = await flood(
      scene,
      many(48, (at) => `127.0.2.${at + 1}`),
    );
    const page = await portal.openAppPage();
    expect(page.status).toBe(200);
    const setUps = `select count(*) from outbox where action->>'type' = 'set_up'`;
    const before = await scene.probe.count(setUps);
    portal.updateApp({ version: 2 });
    await portal.idle();
    expect(portal.deliveries().at(-1)).toMatchObject({ event: 'ONAPPUPDATE', status: 200 });
    await until(async () => (await scene.probe.count(setUps)) > before);
    await statuses;
    portal.fault.clear();
    portal.finishInstall();
    await expectToAnswer(scene.bridge);
  });
});

describe('a forged page that is sent again', () => {
  it('is refused without asking the OAuth host again', async () => {
    own = await startOwnBridge();
    const { portal } = own.bridge;
    const form = portal.installPageForm();
    const body = new URLSearchParams({ ...form.fields, AUTH_ID: hex(35) }).toString();
    expect((await postFrom('127.0.0.1', form.url, body)).status).toBe(403);
    // Asked now, the OAuth host would be down: 503.
    portal.fault.oauth({ kind: 'down', times: 1_000 });
    for (let at = 0; at < 5; at += 1) expect((await postFrom('127.0.0.1', form.url, body)).status).toBe(403);
    portal.fault.clear();
    expect((await portal.openInstallPage()).status).toBe(200);
  });

  it('is judged anew when the OAuth host could not say anything', async () => {
    own = await startOwnBridge();
    const { portal } = own.bridge;
    const form = portal.installPageForm();
    portal.fault.oauth({ kind: 'down', times: 1 });
    expect((await postFrom('127.0.0.1', form.url, form.body)).status).toBe(503);
    expect((await postFrom('127.0.0.1', form.url, form.body)).status).toBe(200);
  });
});
