import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

const fixture = fileURLToPath(new URL('../../fixtures/bitrix24/v1-onimbotmessageadd-private.json', import.meta.url));

interface Received {
  readonly status: number;
  readonly isNew: boolean | null;
  readonly steps: readonly { readonly state: string; readonly outcome: string; readonly lane: string }[];
}

let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge();
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), ['receive', ...words]);
const asOurs = (): string[] => [
  '--portal',
  own.bridge.portal.domain,
  '--token',
  own.bridge.portal.applicationToken,
  '--bot',
  'bridge_assistant',
];

describe('receive', () => {
  it('plays a recorded event to the app and tells what came of it', async () => {
    const first = (await cli(fixture, ...asOurs(), '--json')).json<Received>();
    expect(first).toMatchObject({ status: 200, isNew: true });
    expect(first.steps[0]).toMatchObject({ lane: 'bridge_assistant/27', state: 'done', outcome: 'forwarded' });
    expect(first.steps.every((step) => step.state !== 'waiting')).toBe(true);
  });

  it('says that an event was there before, and makes a new one of it where asked', async () => {
    await cli(fixture, ...asOurs());
    const again = await cli(fixture, ...asOurs());
    expect(again.code).toBe(0);
    expect(again.out).toContain('had this event already');
    const fresh = await cli(fixture, ...asOurs(), '--fresh');
    expect(fresh.out).toContain('passed on to the brain');
  });

  it('says why the app does not believe an event of another portal', async () => {
    const { code, out } = await cli(fixture);
    expect(code).toBe(1);
    expect(out).toContain('status 403 (event.not_authentic)');
    expect(out.replaceAll(/\s+/g, ' ')).toContain('(--token)');
  });

  it('plays the event where the database cannot be reached, and says what it cannot tell', async () => {
    const { portal } = own.bridge;
    const environment = { ...environmentOf(own), DATABASE_URL: `postgres://x@127.0.0.1:${await freePort()}/x` };
    const words = ['receive', fixture, '--portal', portal.memberId, '--token', portal.applicationToken, '--fresh'];
    const { code, out } = await runCli(environment, [...words, '--url', own.bridge.url]);
    expect(code).toBe(0);
    expect(out).toContain('status 200');
    expect(out).toContain('What came of it cannot be told');
  });

  it('fails when no app is there', async () => {
    const { code, err } = await cli(fixture, '--url', `http://127.0.0.1:${await freePort()}`);
    expect(code).toBe(1);
    expect(err).toContain('[http.connect]');
  });

  it('refuses a file that is no recorded event', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    try {
      await writeFile(join(folder, 'a.json'), '{"body": 3}');
      expect((await cli(join(folder, 'a.json'))).err).toContain('[receive.bad_fixture]');
      expect((await cli(join(folder, 'none.json'))).err).toContain('[receive.bad_fixture]');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
