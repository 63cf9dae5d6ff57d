import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebhookServer } from '../../../sandbox/webhook/start-webhook-server.ts';
import type { WebhookServer } from '../../../sandbox/webhook/webhook-server.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { openApi } from '../../support/api-client.ts';
import { install } from '../../support/bridge.ts';
import { connectBrain } from '../../support/connect-brain.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { stageKey } from '../../support/webhook-stage.ts';
import { startTwoCells, type TwoCells } from './two-cells.ts';

let two: TwoCells;
let server: WebhookServer;

beforeAll(async () => {
  server = await startWebhookServer({ key: stageKey, way: 'in-call' });
  two = await startTwoCells({}, [new URL(server.origin).host]);
  await two.cli('cells', 'drain', '--name', 'second');
  await install(two.own.bridge);
  await everythingDone(two.own.bridge.portal, two.first.probe);
});

afterAll(async () => {
  await two?.close();
  await server?.close();
});

/** A step of the page on which an account is connected. */
async function check(url: string, code: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/messagegateway/connect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({
      step: 'check',
      code,
      values: { crmUrl: 'https://demo.example.org', apiKey: 'k'.repeat(32) },
    }),
  });
  const { problem } = (await answer.json()) as { problem: { code: string } | null };
  return problem?.code;
}

describe('addresses that a brain was given', () => {
  it('take the code of a portal in whichever cell, once', async () => {
    const { portal, url } = two.own.bridge;
    const api = await openApi(url, portal);
    const { code } = await api.send<{ code: string }>('POST', '/api/connect-codes', { brain: 'messagegateway' });
    expect(await check(two.second.url, '2222-2222-2222')).toBe('messagegateway.wrong_code');
    // The code was right: the account is what cannot be reached.
    expect(await check(two.second.url, code)).not.toBe('messagegateway.wrong_code');
    expect(await check(two.second.url, code)).toBe('messagegateway.wrong_code');
  });

  it('lead on to the cell to which the portal has moved', async () => {
    const { bridge } = two.own;
    const db = openDatabase({ url: two.first.databaseUrl, poolSize: 1 });
    const config = { url: `${server.origin}/events`, key: stageKey, timeoutSeconds: 2 };
    const { hook } = await connectBrain(db, bridge, 'webhook', config);
    await db.destroy();
    const unsigned = async () => (await fetch(hook, { method: 'POST', body: '{}' })).status;
    const before = await unsigned();
    expect(before).toBe(401);
    const words = ['portals', 'move', '--portal', bridge.portal.memberId, '--to', 'second', '--settle-seconds', '0.1'];
    expect((await two.cli(...words)).code).toBe(0);
    expect(await two.first.probe.rowCounts(bridge.portal.memberId)).toEqual({});
    expect(await unsigned()).toBe(before);
    const invented = hook.replace(/[^/]+$/, 'x'.repeat(32));
    expect((await fetch(invented, { method: 'POST', body: '{}' })).status).toBe(404);
  });
});

describe('a cell that is down', () => {
  it('leaves its portals unserved, and senders are asked to come again', async () => {
    const { portal } = two.own.bridge;
    const bot = ourBot(portal, 'assistant');
    await two.second.stop();
    const body = privateMessageBody(portal, bot, { userId: 1, messageId: '700001', text: 'сюда' });
    const refused = await postEvent(two.first.url, body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await portal.openAppPage()).status).toBe(503);
    const listed = await two.cli('cells', 'list');
    expect(listed.code).toBe(0);
  });
});
