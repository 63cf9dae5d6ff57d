import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxSelarti, startSandboxSelarti } from '../../../sandbox/selarti/selarti-server.ts';
import { selartiBrain } from '../../../src/brains/selarti/selarti-brain.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';
import { everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

let own: OwnBridge;
let selarti: SandboxSelarti;
let logged = '';
let connection = '';

beforeAll(async () => {
  selarti = await startSandboxSelarti({ answer: (text) => `re: ${text}` });
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString('utf8');
      done();
    },
  });
  own = await startOwnBridge({
    brains: [selartiBrain],
    extraHosts: [new URL(selarti.origin).host],
    log: createLogger({ level: 'debug', name: 'selarti', destination }),
  });
  await install(own.bridge);
});
afterAll(async () => {
  await own.close();
  await selarti.close();
});

const run = (...words: readonly string[]) => runCli(environmentOf(own), words, [selartiBrain]);
const configOf = (given: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ host: selarti.origin, apiKey: selarti.apiKey, taskId: selarti.taskId, ...given });

async function settled(): Promise<void> {
  for (let look = 0; look < 3; look += 1) {
    await everythingDone(own.bridge.portal, own.probe);
    await selarti.idle();
  }
}

const metric = async (counter: string): Promise<number> => {
  const text = await (await fetch(`${own.bridge.url}/metrics`)).text();
  return Number(
    new RegExp(`bot_bridge_brain_total\\{brain="selarti",counter="${counter}"\\} (\\d+)`).exec(text)?.[1] ?? 0,
  );
};

describe('an account of Selarti', () => {
  it('is refused with a sentence when its key is wrong, and the key is not repeated', async () => {
    const apiKey = 'wrong-key-of-a-test';
    const { code, err, out } = await run('connections', 'add', '--brain', 'selarti', '--config', configOf({ apiKey }));
    expect(code).not.toBe(0);
    expect(`${err}${out}`).toContain('does not take the API key');
    expect(`${err}${out}`).not.toContain(apiKey);
  });

  it('is connected with three values, and gives the address for its panel', async () => {
    const words = [
      'connections',
      'add',
      '--brain',
      'selarti',
      '--json',
      '--config',
      configOf({ maxMessagesPerMonth: 100 }),
    ];
    const added = (await run(...words)).json<{ connection: { id: string }; webhook: string }>();
    connection = added.connection.id;
    selarti.webhookUrl = added.webhook;
    expect((await run('bots', 'set', '--code', 'bridge_assistant', '--connection', connection)).code).toBe(0);
    expect((await run('connections', 'test', '--connection', connection)).code).toBe(0);
  });

  it('answers a burst once', async () => {
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'assistant');
    const person = portal.addEmployee({ name: 'Пётр Торопыгин' }).id;
    for (const text of ['Привет', 'у меня вопрос', 'где заказ?']) {
      portal.employeeWritesPrivate(person, bot.id, text);
      await portal.idle();
    }
    await until(() => selarti.messages().length > 0);
    await settled();
    expect(selarti.messages().map(({ type, text }) => `${type}: ${text}`)).toEqual([
      'user: Привет\nу меня вопрос\nгде заказ?',
      'bot: re: Привет\nу меня вопрос\nгде заказ?',
    ]);
  });

  it('is counted in the metrics', async () => {
    expect(await metric('sent')).toBe(1);
    expect(await metric('received')).toBe(1);
    expect(await metric('echoes')).toBe(1);
  });

  it('waits while its key is refused, and goes on with the next one', async () => {
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'assistant');
    const person = portal.addEmployee({ name: 'Анна Терпеливая' }).id;
    expect((await run('connections', 'set', '--connection', connection, '--config', '{"burstSeconds": 0}')).code).toBe(
      0,
    );
    selarti.expireTokens();
    selarti.fail({ kind: 'refuse-key', times: 1_000 });
    portal.employeeWritesPrivate(person, bot.id, 'Кто там?');
    // A check that ran just now would be the last one for ten minutes.
    const forgetChecks = `update connection set health_checked_at = now() - interval '1 hour' where disabled_reason is null`;
    const isDisabled = async (): Promise<boolean> => {
      await own.probe.rows(forgetChecks);
      return (await run('connections', 'list')).out.includes('key_refused');
    };
    await until(isDisabled);
    selarti.clearFaults();
    // It says besides that the last delivery has failed.
    expect((await run('connections', 'test', '--connection', connection)).out).toContain('Selarti accepts it');
    await until(() => selarti.messages().some(({ text }) => text === 'Кто там?'));
    await settled();
    expect(await own.probe.count(`select count(*) from outbox where state in ('dead_letter', 'unknown')`)).toBe(0);
  });

  it('leaves no secret in a log line, nor its token in the database', async () => {
    const secret = selarti.webhookUrl.split('/').at(-1) ?? '';
    expect(logged).toContain('an account is disabled');
    for (const text of [selarti.apiKey, secret, ...selarti.tokens()]) expect(logged).not.toContain(text);
    const stored = await own.probe.everything();
    for (const text of [selarti.apiKey, secret, ...selarti.tokens()]) expect(stored).not.toContain(text);
  });
});
