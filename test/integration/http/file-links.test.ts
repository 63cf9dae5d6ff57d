/** Links by which a remote fetches the file of a message: `GET /files/<sealed>`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileLinks } from '../../../src/connections/file-links.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { captureLog } from '../../support/captured-log.ts';
import { startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

let stage: WebhookStage;
const log = captureLog();
const content = Buffer.from('<script>alert(1)</script>');

beforeAll(async () => {
  stage = await startWebhookStage({ way: 'person', bridge: { log: log.log } });
});
afterAll(() => stage.close());

/** The link that the server was given for a new file. */
async function linkFor(name: string, bytes: Buffer = content): Promise<string> {
  const person = stage.person();
  person.write('', [{ name, content: bytes }]);
  await stage.done();
  const event = stage.server.heard.at(-1)?.event;
  const [file] = event?.type === 'message.created' ? event.data.message.files : [];
  return file?.url ?? '';
}

const sealer = () => createSealer({ current: stage.bridge.appSecret });
const partsOf = (link: string) =>
  JSON.parse(sealer().open(Buffer.from(link.split('/').at(-1) ?? '', 'base64url'), 'file.link'));

describe('a link to a file', () => {
  it('gives the bytes, as often as it is asked, to be saved and never shown', async () => {
    const link = await linkFor('отчёт.html');
    for (let time = 0; time < 2; time += 1) {
      const response = await fetch(link);
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename*=UTF-8''${encodeURIComponent('отчёт.html')}`,
      );
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toContain('sandbox');
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
    const head = await fetch(link, { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('gives all of a large file', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 7);
    const response = await fetch(await linkFor('large.bin', large));
    expect(response.headers.get('content-length')).toBe(String(large.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(large)).toBe(true);
  });

  it('refuses a file that is larger than any a bot may have', async () => {
    const response = await fetch(await linkFor('huge.bin', Buffer.alloc(100 * 1024 * 1024 + 1)));
    expect([response.status, await response.text()]).toEqual([413, '{"error":"file.too_large"}']);
  });

  it('leads nowhere when it was not sealed here, is damaged, or has expired', async () => {
    const link = await linkFor('файл.txt');
    const other = createSealer({ current: Buffer.alloc(32, 1) });
    const expired = createFileLinks({
      sealer: sealer(),
      publicUrl: stage.bridge.url,
      validHours: 24,
      clock: { now: () => new Date(Date.now() - 25 * 3_600_000) },
    });
    const [portal, connection, ref, id, name] = partsOf(link);
    const foreign = other.seal(JSON.stringify(partsOf(link)), 'file.link').toString('base64url');
    const elsewhere = sealer()
      .seal(JSON.stringify(partsOf(link)), 'page.session')
      .toString('base64url');
    const links = [
      `${link}A`,
      link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `${stage.bridge.url}/files/${foreign}`,
      `${stage.bridge.url}/files/${elsewhere}`,
      `${stage.bridge.url}/files/x`,
      `${stage.bridge.url}/files/${'x'.repeat(5_000)}`,
      expired.make({ portal, connection, ref }, { id, name, kind: 'file', size: null }),
    ];
    const answers = await Promise.all(links.map((one) => fetch(one)));
    expect(answers.map(({ status }) => status)).toEqual(links.map(() => 404));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies)).toEqual(new Set(['{"error":"file.unknown"}']));
    expect(await fetch(link).then(({ status }) => status)).toBe(200);
  });

  it.each([
    ['of a conversation that is not there', { ref: 'another-conversation' }],
    ['of a connection the bot does not use', { connection: '00000000-0000-4000-8000-000000000000' }],
    ['of another portal', { portal: 'ffffffffffffffffffffffffffffffff' }],
    ['of a file the bot was not given', { id: '999999' }],
  ])('leads nowhere when it is sealed for a file %s', async (_, change) => {
    const [portal, connection, ref, id, name, until] = partsOf(await linkFor('файл.txt'));
    const wanted = { portal, connection, ref, id, ...change };
    const sealed = sealer()
      .seal(JSON.stringify([wanted.portal, wanted.connection, wanted.ref, wanted.id, name, until]), 'file.link')
      .toString('base64url');
    expect(await fetch(`${stage.bridge.url}/files/${sealed}`).then(({ status }) => status)).toBe(404);
  });

  it('leads nowhere when the bot has another brain, and when the portal has removed the app', async () => {
    const link = await linkFor('файл.txt');
    await stage.db.raw(`update bot set brain = 'echo', connection_id = null`);
    expect(await fetch(link).then(({ status }) => status)).toBe(404);
    await stage.db.raw(`update bot set brain = 'webhook', connection_id = (select id from connection limit 1)`);
    expect(await fetch(link).then(({ status }) => status)).toBe(200);
    await stage.db.raw(`update portal set state = 'uninstalled'`);
    expect(await fetch(link).then(({ status }) => status)).toBe(404);
    await stage.db.raw(`update portal set state = 'installed'`);
  });

  it('is refused for a while to a sender who guesses, and appears in no log', async () => {
    const link = await linkFor('файл.txt');
    const statuses = new Set<number>();
    for (let time = 0; time < 40; time += 1)
      statuses.add((await fetch(`${stage.bridge.url}/files/guess-${time}`)).status);
    expect([...statuses]).toEqual([404, 429]);
    expect(log.text()).toContain('/files/…');
    expect(log.text()).not.toContain(link.split('/').at(-1) ?? '-');
    expect(log.text()).not.toContain('guess-');
  });
});
