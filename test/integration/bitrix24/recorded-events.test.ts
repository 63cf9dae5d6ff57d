/** Posts every recorded event to the endpoint of the running app and reads what was stored, as the worker will. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { findEvent } from '../../../src/bitrix24/events/event-registry.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import type { ScannedEvent } from '../../../src/bitrix24/events/scan-fields.ts';
import { readSettings } from '../../../src/config.ts';
import { sha256 } from '../../../src/lib/encryption.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { type App, startApp } from '../../../src/start-app.ts';
import { appLane, dialogOf } from '../../../src/store/queue/lane-names.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { type DatabaseProbe, openProbe } from '../../support/database-probe.ts';
import { postEvent } from '../../support/event-bodies.ts';
import { fixture, recordedEvents } from '../../support/fixtures.ts';
import { freePort } from '../../support/free-port.ts';

/** What each recorded event means to the app: the types of its events, or the reason why nothing follows from it. */
const meanings: Readonly<Record<string, string>> = {
  'app-onappinstall': 'app_updated',
  'app-onappuninstall-clean': 'app_uninstalled',
  'app-onappuninstall-keep': 'app_uninstalled',
  'app-onappupdate': 'app_updated',
  'v1-onimbotcontextget': 'context_opened',
  'v1-onimbotdelete': 'bot_deleted',
  'v1-onimbotjoinchat-group': 'joined',
  'v1-onimbotjoinchat-openline': 'joined',
  'v1-onimbotjoinchat-private': 'joined',
  'v1-onimbotmessageadd-file': 'message',
  'v1-onimbotmessageadd-group-mention': 'message',
  'v1-onimbotmessageadd-multibot': 'message',
  'v1-onimbotmessageadd-openline': 'message',
  'v1-onimbotmessageadd-openline-operator': 'message',
  'v1-onimbotmessageadd-private': 'message',
  'v1-onimbotmessageadd-supervisor-no-mention': 'message',
  'v1-onimbotmessageadd-webhook-mode': 'message',
  'v1-onimbotmessagedelete-group': 'message_deleted',
  'v1-onimbotmessageupdate-private': 'message_edited',
  'v1-onimcommandadd-group': 'command',
  'v1-onimcommandadd-keyboard-button': 'command',
  'v1-onimcommandadd-private': 'command',
  'v2-webhook-onimbotv2contextget': 'context_opened',
  'v2-webhook-onimbotv2delete': 'bot_deleted',
  'v2-webhook-onimbotv2joinchat': 'joined',
  'v2-webhook-onimbotv2messageadd': 'message',
  'v2-webhook-onimbotv2messagedelete': 'message_deleted',
  'v2-webhook-onimbotv2messageupdate': 'message_edited',
};

const recorded = recordedEvents();

let database: ClonedDatabase;
let probe: DatabaseProbe;
let app: App;
let url: string;
let oauthHost: string;

beforeAll(async () => {
  database = await cloneDatabase();
  probe = openProbe(database.url);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  // Nobody listens there: an installation event of a known portal is then stored instead of being confirmed.
  oauthHost = `http://127.0.0.1:${await freePort()}`;
  const settings = readSettings({
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    B24_CLIENT_ID: 'app.recorded',
    B24_CLIENT_SECRET: 'secret',
    B24_OAUTH_HOSTS: oauthHost,
    ALLOWED_PRIVATE_HOSTS: new URL(oauthHost).host,
    // Nobody works the rows, so that they are found as the endpoint left them.
    ROLES: 'web',
    LOG_LEVEL: 'silent',
  });
  const log = createLogger({ level: 'silent', name: 'test' });
  app = await startApp({ settings, databaseUrl: database.url, appSecret: randomBytes(32), brains: [], log });
});

afterAll(async () => {
  await app.stop();
  await probe.close();
  await database.drop();
});

/** A portal of its own that knows the application token and has the bots the event names. */
async function addPortal(token: string, bots: ScannedEvent['bots']): Promise<string> {
  const portal = randomBytes(16).toString('hex');
  await probe.rows(
    `insert into portal (portal, domain, client_endpoint, server_endpoint, application_token_hash)
     values ($1, 'some-domain.bitrix24.ru', 'https://some-domain.bitrix24.ru/rest/', $2, $3)`,
    [portal, `${oauthHost}/rest/`, sha256(token)],
  );
  for (const [index, { id, code }] of bots.entries()) {
    await probe.rows(
      `insert into bot (portal, code, bot_id, type, name, brain, state) values ($1, $2, $3, 'B', 'Bot', 'none', 'registered')`,
      [portal, code === '' ? `bot_${index}` : code, id],
    );
  }
  return portal;
}

/** The recorded body, sent by that portal. */
function sentBy(body: string, portal: string, token: string): string {
  const given = { member_id: portal, application_token: token, server_endpoint: `${oauthHost}/rest/` };
  return Object.entries(given).reduce((sent, [name, value]) => {
    const pair = new RegExp(`(^|&)auth%5B${name}%5D=[^&]*`);
    const changed = `auth%5B${name}%5D=${encodeURIComponent(value)}`;
    return pair.test(sent) ? sent.replace(pair, `$1${changed}`) : `${sent}&${changed}`;
  }, body);
}

interface StoredRow {
  readonly lane: string;
  readonly body: Buffer;
}

const storedOf = async (portal: string): Promise<StoredRow[]> =>
  (await probe.rows('select lane, body from inbox where portal = $1 order by lane', [portal])).map((row) => ({
    lane: String(row['lane']),
    body: row['body'] as Buffer,
  }));

/** What the worker will make of a stored row. */
function meaningOf({ lane, body }: StoredRow, bots: ScannedEvent['bots']): string {
  const { botCode } = dialogOf(lane);
  const id = bots.find(({ code }) => code === botCode)?.id ?? null;
  const decoded = decodeEvent(body, { code: botCode, id });
  if (decoded.kind === 'nothing') return decoded.reason;
  return decoded.kind === 'app' ? decoded.event.type : decoded.events.map(({ type }) => type).join('+');
}

describe('a recorded event', () => {
  it('is listed here with what it means to the app', () => {
    expect(recorded.filter((name) => !Object.hasOwn(meanings, name))).toEqual([]);
    expect(Object.keys(meanings).filter((name) => !recorded.includes(name))).toEqual([]);
  });

  it.each(recorded)('%s is stored by the endpoint, and the stored row still means the same', async (name) => {
    const { body } = fixture(name);
    const scanned = scanEvent(Buffer.from(body));
    const token = randomBytes(16).toString('hex');
    const portal = await addPortal(token, scanned.bots);
    const sent = sentBy(body, portal, token);

    expect((await postEvent(url, sent)).status).toBe(200);

    const rows = await storedOf(portal);
    const definition = findEvent(scanned.event);
    expect(rows.map((row) => meaningOf(row, scanned.bots))).toEqual(rows.map(() => meanings[name]));
    const lanes =
      definition?.scope === 'dialog' ? scanned.bots.map(({ code }) => `${code}/${scanned.dialogId}`) : [appLane];
    expect(rows.map(({ lane }) => lane)).toEqual([...lanes].sort());

    // Sent once more, which brings other access tokens: the same event.
    const again = sent.replaceAll(/(access_token%5D=)[^&]*/g, '$1ffffffff');
    expect((await postEvent(url, again)).status).toBe(200);
    expect(await storedOf(portal)).toEqual(rows);
  });
});
