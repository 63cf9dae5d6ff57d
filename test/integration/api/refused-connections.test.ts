/** Connections that the API refuses: what cannot be, more than fifty, and the next one after too many failures. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { type ApiClient, openApi } from '../../support/api-client.ts';
import { formBrain, goodKey } from '../../support/factories/form-brain.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';

let own: OwnBridge;
let admin: ApiClient;

beforeAll(async () => {
  own = await startInstalled({ brains: [echoBrain, formBrain] });
  admin = await openApi(own.bridge.url, own.bridge.portal);
  await admin.send('PUT', '/api/readers', { readers: 'everyone' });
});
afterAll(() => own.close());

const values = { host: 'https://demo.example', key: goodKey };
const wish = { brain: 'formed', botCode: 'bridge_assistant', title: 'Наш сервис', values };

describe('the connections of the API', () => {
  it.each([
    [{ ...wish, brain: 'echo' }, 404, 'page.unknown_brain'],
    [{ ...wish, brain: '__proto__' }, 404, 'page.unknown_brain'],
    [{ ...wish, botCode: 'nobody' }, 404, 'bot.unknown'],
    [{ ...wish, values: { ...values, key: 'a'.repeat(20_001) } }, 422, 'api.invalid'],
    [{ ...wish, values: { ...values, mode: 'wild' } }, 422, 'api.invalid'],
    [{ ...wish, portal: 'f'.repeat(32) }, 422, 'api.invalid'],
    ['{"brain":"formed","botCode":null,"values":{"__proto__":"x","constructor":"y"}}', 422, 'api.invalid'],
  ])('refuse what cannot be: %j', async (body, status, code) => {
    expect(await admin.refused('POST', '/api/connections', body)).toMatchObject({ status, code });
    expect(await admin.get('/api/connections')).toMatchObject({ connections: [] });
  });

  it('are no more than fifty: lists of them are opened as a whole', async () => {
    const portal = own.bridge.portal.memberId;
    await own.probe.rows(
      `insert into connection (portal, id, brain, title, config_sealed, webhook_secret_hash, webhook_secret_sealed)
       select $1, gen_random_uuid(), 'formed', 'filler', '', decode(md5(n::text), 'hex'), '' from generate_series(1, 50) n`,
      [portal],
    );
    for (const botCode of [null, wish.botCode]) {
      const refused = await admin.refused('POST', '/api/connections', { ...wish, botCode });
      expect(refused).toMatchObject({ status: 409, code: 'connection.too_many' });
    }
    await own.probe.rows(`delete from connection where title = 'filler'`);
  });

  it('are out of reach after too many failed attempts within a minute, and only for who failed', async () => {
    const attempt = () => admin.refused('POST', '/api/connections', { ...wish, brain: 'nobody' });
    let last = await attempt();
    for (let count = 0; count < 30 && last.status !== 429; count += 1) last = await attempt();
    expect(last).toMatchObject({ status: 429, code: 'api.too_many' });
    expect((await admin.call('POST', '/api/connections', wish)).headers.get('retry-after')).toBe('60');
    await admin.get('/api/connections');
    const reader = await openApi(own.bridge.url, own.bridge.portal, own.bridge.portal.addEmployee({ name: 'Нина' }).id);
    await reader.get('/api/connections');
  });
});
