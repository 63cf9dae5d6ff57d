import { afterEach, describe, expect, it } from 'vitest';
import { install } from '../../support/bridge.ts';
import { formBody, postEvent, recordedPairs } from '../../support/event-bodies.ts';
import { expectToAnswer, type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';

let own: OwnBridge | undefined;

afterEach(async () => {
  await own?.close();
  own = undefined;
});

async function open(): Promise<OwnBridge> {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
  return own;
}

const madeUp = 'f'.repeat(32);

/** What is at stake: the digest by which events are told from forged ones, and the address of the portal. */
const stakes = ({ probe }: OwnBridge) =>
  probe.rows(`select encode(application_token_hash, 'hex') as token, domain, client_endpoint from portal`);

describe('an employee with a true token of his own', () => {
  it('cannot exchange the application token by an installer page he has changed', async () => {
    const { bridge, probe } = await open();
    const before = await stakes(own!);
    const userId = bridge.portal.addEmployee({ name: 'Вредный Валентин' }).id;
    const form = bridge.portal.installPageForm({ userId });
    const body = new URLSearchParams({ ...form.fields, APPLICATION_TOKEN: madeUp });
    await (await fetch(form.url, { method: 'POST', body })).text();
    await probe.quiet();
    expect(await stakes(own!)).toEqual(before);
    await expectToAnswer(bridge);
  });

  it('cannot exchange it by an install event he has made up', async () => {
    const { bridge, probe } = await open();
    const { portal, url } = bridge;
    const before = await stakes(own!);
    const { accessToken, refreshToken } = portal.issueToken(portal.addEmployee({ name: 'Вредный Валентин' }).id);
    const body = formBody(recordedPairs('app-onappinstall'), {
      'auth[member_id]': portal.memberId,
      'auth[domain]': portal.domain,
      'auth[client_endpoint]': portal.restEndpoint,
      'auth[server_endpoint]': `${portal.oauthOrigin}/rest/`,
      'auth[access_token]': accessToken,
      'auth[refresh_token]': refreshToken,
      'auth[application_token]': madeUp,
    });
    await (await postEvent(url, body)).text();
    await probe.quiet();
    expect(await stakes(own!)).toEqual(before);
    await expectToAnswer(bridge);
  });

  it("cannot use the page of one portal's session for another", async () => {
    const { bridge } = await open();
    const session = 'AAAA';
    const headers = { authorization: `Bearer ${session}` };
    const answer = await fetch(`${bridge.url}/api/setup/orders`, { method: 'POST', headers });
    expect(answer.status).toBe(401);
    await answer.text();
  });
});
