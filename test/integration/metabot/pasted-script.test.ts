/** The scripts of docs/brains/metabot.md as they stand there, run with stubs of the functions that Metabot documents or public scripts use. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrainStage } from '../../support/brain-stage.ts';
import { until } from '../../support/bridge.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';
import { employeeTalk, stageToken, startConnected } from '../../support/metabot-stage.ts';
import { everythingDone } from '../../support/talk.ts';

const paper = readFileSync(new URL('../../../docs/brains/metabot.md', import.meta.url), 'utf8');
const [endpoint = '', later = ''] = [...paper.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

/** A stub that fails at everything it does not have, as Metabot does. */
const only = (name: string, has: object): object =>
  new Proxy(has, {
    get(target, key) {
      if (key in target) return Reflect.get(target, key);
      throw new Error(`${name}.${String(key)} is no function that is known of Metabot`);
    },
  });

const leads = [{ id: 135, identification: 'nobody' }];
const posted: unknown[] = [];
let post: (answer: unknown) => void;

function run(script: string, params: unknown): unknown {
  const bot = only('bot', {
    getWebhookPayload: () => ({ script_request_params: params }),
    findLeads: (columns: string[], where: string[][], order: unknown[], limit: number, offset: number) => {
      expect([columns, order, limit, offset]).toEqual([['id'], [], 1, 0]);
      return leads.filter((lead) => where.every(([key, value]) => lead[key as 'identification'] === value));
    },
  });
  const lead = only('lead', { getData: (key: string) => (key === 'id' ? 135 : null) });
  const context: Record<string, unknown> = { bot, lead };
  context['snippet'] = (name: string): void => {
    expect(name).toBe('Business.BotBridge.Post');
    context['postToBotBridge'] = (answer: unknown) => post(answer);
  };
  const answer: unknown = runInNewContext(`(() => {${script}\n})()`, context, { timeout: 1_000 });
  return JSON.parse(JSON.stringify(answer ?? null));
}

/** Stands for the platform around the scripts. */
async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const { script_request_params: params } = JSON.parse(Buffer.concat(parts).toString('utf8'));
  const isOurs = incoming.headers.authorization === `Bearer ${stageToken}`;
  const isCall = incoming.url === '/api/v1/bots/1001/call/bitrix24/message';
  const result = isOurs ? run(isCall ? endpoint : later, params) : null;
  answer.writeHead(isOurs ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

let server: Server;
let clone: ClonedDatabase;
let stage: BrainStage;

beforeAll(async () => {
  server = createServer((incoming, answer) => {
    serve(incoming, answer).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  clone = await cloneDatabase();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  stage = await startConnected(clone.url, { origin, idle: () => Promise.resolve(), close });
  post = (answer) => {
    posted.push(answer);
    const headers = { 'content-type': 'application/json' };
    void fetch(stage.hook, { method: 'POST', body: JSON.stringify(answer), headers });
  };
});
afterAll(async () => {
  await stage.close();
  await clone.drop();
});

/** Somebody new says this and gets an answer. */
async function hear(text: string) {
  const person = employeeTalk(stage);
  person.say(text);
  await until(() => person.shown().length > 0);
  await everythingDone(stage.bridge.portal, stage.probe);
  return person;
}

describe('the script to paste', () => {
  it('answers in the call, with buttons', async () => {
    const person = await hear('Сколько стоит чай?');
    expect(person.shown().map(({ text }) => text)).toEqual(['You wrote: Сколько стоит чай?']);
    expect(person.shown()[0]?.keyboard.length).toBeGreaterThan(0);
    const [message] = person.shown();
    stage.bridge.portal.pressButton(person.id, message?.id ?? 0, 0);
    await until(() => person.shown().some(({ text }) => text === 'One moment, please.'));
  });

  it('answers nothing to the check, and names a lead it finds', () => {
    expect(run(endpoint, { event: 'check' })).toEqual({ ok: true });
    expect(run(endpoint, { event: 'message', text: 'a', conversation_id: 'x' })).not.toHaveProperty('lead_id');
    expect(run(endpoint, { event: 'message', text: 'a', conversation_id: 'nobody' })).toMatchObject({ lead_id: 135 });
    expect(run(endpoint, { event: 'message', text: 'a', lead_id: 7 })).toMatchObject({ lead_id: 7 });
    expect(run(endpoint, { event: 'delete' })).toEqual({ replies: [] });
  });

  it('asks for a follow-up; its job answers by webhook, to the same person', async () => {
    const person = await hear('later');
    expect(await stage.probe.rows('select id, name from follow_up')).toEqual([{ id: 'remind', name: 'script' }]);
    await stage.probe.rows('update follow_up set due_at = now()');
    await until(() => person.shown().length === 2);
    expect(person.shown().map(({ text }) => text)).toEqual([
      'I will come back to you.',
      'You asked me to come back to you.',
    ]);
    expect(posted).toMatchObject([{ id: expect.stringMatching(/-1$/), lead_id: 135 }]);
  });

  it('fails in the stubs at anything that is not known of Metabot', () => {
    expect(() => run('bot.fetch("https://example.com");', {})).toThrow('no function that is known');
  });
});
