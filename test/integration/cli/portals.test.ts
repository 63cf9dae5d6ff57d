import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words);

describe('portals', () => {
  it('lists who has installed the app, aligned and within a hundred columns', async () => {
    const { code, out } = await cli('portals', 'list');
    expect(code).toBe(0);
    const [head = '', row = ''] = out.split('\n');
    expect(row).toContain(own.bridge.portal.memberId);
    expect(row.indexOf(own.bridge.portal.domain)).toBe(head.indexOf('domain'));
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('shows everything but secrets, in words and as JSON', async () => {
    const tokens = await own.probe.rows('select * from portal');
    const hash = tokens[0]?.['application_token_hash'];
    for (const words of [[], ['--json']]) {
      const { code, out } = await cli('portals', 'show', ...words);
      expect(code).toBe(0);
      expect(out).toContain('bridge_assistant');
      expect(out).not.toContain(own.bridge.portal.applicationToken);
      expect(out).not.toMatch(/token_hash|_box|application_token/);
      expect(out).not.toContain(Buffer.isBuffer(hash) ? hash.toString('hex') : 'no hash');
    }
  });

  it('finds a portal by its domain as well as by its id', async () => {
    const { portal } = own.bridge;
    const byDomain = (await cli('portals', 'show', '--portal', portal.domain, '--json')).json<{ portal: object }>();
    const byId = (await cli('portals', 'show', '--portal', portal.memberId, '--json')).json<{ portal: object }>();
    expect(byDomain.portal).toEqual(byId.portal);
  });

  it('sets the rate of a plan, which the app then keeps to', async () => {
    expect((await cli('portals', 'set', '--plan', 'enterprise')).out).toContain('5 requests a second, 245 at once');
    expect(await own.probe.rows('select rate_per_second, rate_burst from portal')).toEqual([
      { rate_per_second: 5, rate_burst: 245 },
    ]);
    await cli('portals', 'set', '--plan', 'standard');
    expect(await own.probe.rows('select rate_per_second, rate_burst from portal')).toEqual([
      { rate_per_second: 2, rate_burst: 49 },
    ]);
  });

  it('refuses a plan that does not exist', async () => {
    const { code, out } = await cli('portals', 'set', '--plan', 'golden', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'portal.unknown_plan' } });
  });

  it('says of an unknown portal that it is unknown', async () => {
    const { code, err } = await cli('portals', 'show', '--portal', 'nobody.example');
    expect(code).toBe(1);
    expect(err).toContain('[portal.unknown]');
  });

  it('erases nothing unless the portal is named, and then everything', async () => {
    expect((await cli('portals', 'erase')).code).toBe(2);
    const { memberId } = own.bridge.portal;
    expect(Object.keys(await own.probe.rowCounts(memberId))).toContain('portal_token');
    const { code, out } = await cli('portals', 'erase', '--portal', memberId, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ portal: memberId, isErased: true });
    expect(await own.probe.rowCounts(memberId)).toEqual({});
    expect((await cli('portals', 'list')).out).toContain('No portal has installed the app yet.');
  });
});
