/** The life of a connection to a server behind signed webhooks: joining, keys, refusals, and a server that wants no more. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey } from '../../../sandbox/webhook/signing.ts';
import { listDeadLetters } from '../../../src/store/reporting/history.ts';
import { listConnections } from '../../../src/store/tenants/connections.ts';
import { until } from '../../support/bridge.ts';
import { stageKey, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

let stage: WebhookStage;

beforeAll(async () => {
  stage = await startWebhookStage();
});
afterAll(() => stage.close());

const cli = (...words: readonly string[]) => runCli(environmentOf(stage), [...words, '--json']);

async function connectionId(): Promise<string> {
  return (await listConnections(stage.db))[0]?.id ?? '';
}

async function set(config: unknown): Promise<void> {
  const words = ['connections', 'set', '--connection', await connectionId(), '--config', JSON.stringify(config)];
  expect(await cli(...words)).toMatchObject({ code: 0 });
}

const disabledReason = async () => (await listConnections(stage.db))[0]?.disabled_reason;

const signatures = (): number => stage.server.signaturesOfLast;

describe('a connection', () => {
  it('is joined only when the server takes a signed check', async () => {
    const config = { url: `${stage.server.origin}/events`, key: stageKey };
    const joined = await cli('connections', 'add', '--brain', 'webhook', '--config', JSON.stringify(config));
    expect(joined).toMatchObject({ code: 0 });
    const wrong = { ...config, key: newKey() };
    const refused = await cli('connections', 'add', '--brain', 'webhook', '--config', JSON.stringify(wrong));
    expect(refused.code).toBe(1);
    expect(refused.err + refused.out).toContain('refuses the signature');
    expect(refused.err + refused.out).not.toContain(wrong.key);
    const short = { ...config, key: 'whsec_c2hvcnQ=' };
    expect(await cli('connections', 'add', '--brain', 'webhook', '--config', JSON.stringify(short))).toMatchObject({
      code: 1,
    });
    const { id } = joined.json<{ connection: { id: string } }>().connection;
    await cli('connections', 'remove', '--connection', id);
  });

  it('has two valid keys for a while after the key was replaced', async () => {
    const person = stage.person();
    // The server accepts both and signs with the new one.
    const next = newKey();
    stage.server.keys = [next, stageKey];
    stage.server.way = 'later';
    await set({ key: next });
    person.write('после смены');
    await until(() => person.answers().includes('re: после смены'));
    expect(signatures()).toBe(2);
    // A server that has not been given the new key yet is understood too.
    stage.server.keys = [stageKey];
    person.write('старым ключом');
    await until(() => person.answers().includes('re: старым ключом'));
    await set({ previousKey: null });
    stage.server.keys = [next];
    person.write('только новым');
    await until(() => person.answers().includes('re: только новым'));
    expect(signatures()).toBe(1);
  });

  it('waits while the server refuses the signature, and loses nothing', async () => {
    const person = stage.person();
    const [key = ''] = stage.server.keys;
    stage.server.keys = [newKey()];
    person.write('первое');
    // A refusal asks for a check at most every ten minutes; here it is due at once.
    await until(async () => {
      await stage.db.raw('update connection set health_check_at = now()');
      return (await disabledReason()) === 'refused';
    });
    person.write('второе');
    stage.server.keys = [key];
    // What an administrator does: it is checked at once.
    await set({ toleranceSeconds: 299 });
    await until(() => person.answers().length === 2);
    expect(person.answers()).toEqual(['re: первое', 're: второе']);
    expect(await disabledReason()).toBe(null);
  });

  it('is disabled when the server says 410, and goes on when it is set again', async () => {
    const person = stage.person();
    stage.server.isGone = true;
    person.write('куда');
    await until(async () => (await disabledReason()) === 'gone');
    stage.server.isGone = false;
    await set({ toleranceSeconds: 298 });
    await until(() => person.answers().includes('re: куда'));
    expect(await listDeadLetters(stage.db)).toEqual([]);
  });

  it('shows what was wrong with a response in the trace, and does not repeat the event', async () => {
    const person = stage.person();
    stage.server.way = 'person';
    stage.server.faults.order({ kind: 'garbage', times: 1 });
    const message = person.write('мусор в ответ');
    await stage.done();
    const { rows } = await stage.db.raw(`select outcome from outbox where action->>'messageId' = ?`, [String(message)]);
    expect(rows).toEqual([{ outcome: 'delivered, with warnings: the response was left out: it is no JSON' }]);
    expect(stage.server.heard.filter(({ event }) => JSON.stringify(event).includes('мусор в ответ'))).toHaveLength(1);
  });
});
