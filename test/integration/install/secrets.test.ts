import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, until } from '../../support/bridge.ts';
import { type CapturedLog, captureLog } from '../../support/captured-log.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { expectToAnswer, type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { readPageData, sessionHeader } from '../../support/page-data.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';

let own: OwnBridge;
let log: CapturedLog;
const secrets = new Set<string>();
const answers: string[] = [];

/** Names under which a portal sends tokens. */
const secretField =
  /(?:access_token|refresh_token|application_token|AUTH_ID|REFRESH_ID|APPLICATION_TOKEN)\]?=([^&]{16,})/g;

/** Everything secret the portal has ever handed to the app. */
function collectSecrets(): void {
  const { portal } = own.bridge;
  secrets.add(portal.clientSecret);
  secrets.add(portal.applicationToken);
  for (const { body } of portal.deliveries()) {
    for (const [, value = ''] of decodeURIComponent(body).matchAll(secretField)) secrets.add(value);
  }
}

beforeAll(async () => {
  log = captureLog();
  own = await startOwnBridge({ log: log.log, portal: { appInfoExtras: 'none' } });
  const { bridge, probe } = own;
  const { portal } = bridge;
  const form = portal.installPageForm();
  for (const name of ['AUTH_ID', 'REFRESH_ID', 'APPLICATION_TOKEN']) secrets.add(form.fields[name] ?? '');
  answers.push(await (await fetch(form.url, { method: 'POST', body: form.body })).text());
  await install(bridge);
  await everythingDone(portal, probe);
  await expectToAnswer(bridge);
  // Troubles of every kind, since troubles are what gets written down.
  portal.expireTokens();
  portal.fault.oauth({ kind: 'down', times: 1 });
  const kinds = ['html502', 'html200', '500', 'query-limit', 'reset-before', 'reset-after'] as const;
  for (const kind of kinds) portal.fault.rest({ kind, times: 1 });
  const said = kinds.map((kind) => sayToAssistant(bridge, `В беде: ${kind}`));
  await until(() => said.every((one) => one.isAnswered()));
  for (const delivery of portal.deliveries().slice(-3)) {
    const wrong = delivery.body.replace(
      /auth%5Bapplication_token%5D=\w+/,
      'auth%5Bapplication_token%5D=wrong-but-long-enough',
    );
    answers.push(await (await postEvent(bridge.url, wrong)).text());
  }
  answers.push(await (await postEvent(bridge.url, portal.deliveries()[0]?.body.slice(0, 300) ?? '')).text());
  answers.push(
    await (
      await fetch(`${form.url}&AUTH_ID=${form.fields['AUTH_ID']}`, { method: 'POST', body: 'member_id=x' })
    ).text(),
  );
  const page = await portal.openAppPage();
  answers.push(page.html);
  const { session } = readPageData(page.html);
  for (const path of ['/api/app', '/api/setup', '/metrics', '/readyz']) {
    answers.push(await (await fetch(`${bridge.url}${path}`, { headers: sessionHeader(session) })).text());
  }
  await everythingDone(portal, probe, 30_000);
  collectSecrets();
}, 60_000);

afterAll(() => own.close());

describe('the tokens of a portal', () => {
  it('were seen in number, or this test proves nothing', () => {
    expect([...secrets].filter((secret) => secret.length >= 16).length).toBeGreaterThan(8);
    expect(log.text().length).toBeGreaterThan(2_000);
  });

  it('are in no line of the log', () => {
    for (const secret of secrets) expect(log.text().includes(secret), secret).toBe(false);
  });

  it('are in no answer, page or metric', () => {
    for (const secret of secrets)
      expect(
        answers.some((answer) => answer.includes(secret)),
        secret,
      ).toBe(false);
  });

  it('are in no row of the database in the clear', async () => {
    const everything = await own.probe.everything();
    expect(everything.includes('ONIMBOTMESSAGEADD')).toBe(true);
    for (const secret of secrets) expect(everything.includes(secret), secret).toBe(false);
  });
});

describe('tokens in events that are written in a strange way', () => {
  const twists: readonly (readonly [string, (body: string) => string])[] = [
    ['as the portal writes them', (body) => body],
    ['lower-case escapes', (body) => body.replaceAll('%5B', '%5b').replaceAll('%5D', '%5d')],
    ['raw brackets', (body) => body.replaceAll('%5B', '[').replaceAll('%5D', ']')],
    [
      'escaped letters in the names',
      (body) => body.replaceAll('access_token', '%61ccess_toke%6E').replaceAll('AUTH', '%41UTH'),
    ],
    ['a renumbered bot', (body) => body.replaceAll(/BOT%5D%5B\d+/g, 'BOT%5D%5B0')],
  ];

  it.each(twists)('are not kept: %s', async (_name, twist) => {
    const { portal, url } = own.bridge;
    const bot = ourBot(portal, 'assistant');
    const userId = portal.addEmployee({ name: 'Токенов Тит' }).id;
    const token = `hidden${randomBytes(20).toString('hex')}`;
    const names = ['access_token', 'refresh_token', 'application_token'];
    const changes = Object.fromEntries(
      names.flatMap((name) => [
        [`data[BOT][${bot.id}][${name}]`, token],
        [`data[BOT][${bot.id}][AUTH][${name}]`, token],
        ...(name === 'application_token' ? [] : [[`auth[${name}]`, token] as const]),
      ]),
    );
    const message = { userId, messageId: `8${userId}`, text: 'тайна' };
    const answer = await postEvent(url, twist(privateMessageBody(portal, bot, message, changes)));
    expect(answer.status).toBe(200);
    await everythingDone(portal, own.probe);
    const everything = await own.probe.everything();
    expect(everything.includes(`8${userId}`)).toBe(true);
    expect(everything.includes(token)).toBe(false);
  });
});
