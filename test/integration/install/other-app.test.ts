import { afterEach, describe, expect, it } from 'vitest';
import type { AppInfoExtras } from '../../../sandbox/bitrix24/portal-options.ts';
import { install } from '../../support/bridge.ts';
import { expectToAnswer, type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { readPageData, sessionHeader } from '../../support/page-data.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

async function open(appInfoExtras: AppInfoExtras): Promise<OwnBridge> {
  own = await startOwnBridge({ portal: { appInfoExtras } });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

/** Posts the form of our app's page with the given fields exchanged, and returns what the page was told. */
async function visit({ bridge }: OwnBridge, fields: Readonly<Record<string, string>>) {
  const form = bridge.portal.appPageForm();
  const answer = await fetch(form.url, { method: 'POST', body: new URLSearchParams({ ...form.fields, ...fields }) });
  return { status: answer.status, ...readPageData(await answer.text()) };
}

const stored = ({ probe }: OwnBridge) =>
  probe.rows('select portal, access_sealed, refresh_sealed, user_id from portal_token');

describe.each(['none', 'member_id', 'full'] as const)('another app of the same portal (app.info: %s)', (extras) => {
  it('does not open our page with its token, not even with that of an administrator', async () => {
    const scene = await open(extras);
    const { portal } = scene.bridge;
    const before = await stored(scene);
    const foreign = portal.issueForeignToken(portal.adminId);
    const { status, session, problem } = await visit(scene, {
      AUTH_ID: foreign.accessToken,
      REFRESH_ID: foreign.refreshToken,
    });
    expect({ status, session }).toEqual({ status: 403, session: null });
    expect(problem).toMatch(/^(install\.forged|bitrix24\.token_not_proven)$/);
    expect(await stored(scene)).toEqual(before);
    await expectToAnswer(scene.bridge);
  });

  it('does not open it either when a true refresh token of an employee lies beside its own access token', async () => {
    const scene = await open(extras);
    const { portal } = scene.bridge;
    const employee = portal.addEmployee({ name: 'Вредный Валентин' }).id;
    const foreign = portal.issueForeignToken(portal.adminId);
    const { session } = await visit(scene, {
      AUTH_ID: foreign.accessToken,
      REFRESH_ID: portal.issueToken(employee).refreshToken,
    });
    // What he proves is that he is an employee: as such he may look at most, and do nothing.
    const setUp = await fetch(`${scene.bridge.url}/api/setup/orders`, {
      method: 'POST',
      headers: sessionHeader(session),
    });
    await setUp.text();
    expect([401, 403]).toContain(setUp.status);
    expect(await scene.probe.rows('select is_admin from portal_token')).toEqual([{ is_admin: true }]);
  });

  it("leaves our app's visitors alone: they come in, and nothing of theirs is used up", async () => {
    const scene = await open(extras);
    const { portal } = scene.bridge;
    const form = portal.appPageForm();
    const answer = await fetch(form.url, { method: 'POST', body: new URLSearchParams(form.fields) });
    expect(answer.status).toBe(200);
    expect(readPageData(await answer.text()).session).not.toBeNull();
    // The page's own refresh token still works: the visit did not trade it in.
    const again = await fetch(form.url, { method: 'POST', body: new URLSearchParams(form.fields) });
    expect(again.status).toBe(200);
    await again.text();
    expect(await scene.probe.rows('select state from portal')).toEqual([{ state: 'installed' }]);
  });
});
