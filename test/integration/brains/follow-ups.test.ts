/** Requests and follow-ups through the running app: sent once, in the lane, whatever stops in between, and listed and cancelled by commands. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { requestBrain } from '../../support/factories/request-brain.ts';
import { type OwnBridge, sayToAssistant, startAnotherApp, startOwnBridge } from '../../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

const answersAtOnce = {
  deliver: ({ text }: { readonly text: string }) => Promise.resolve({ replies: [textReply(text)] }),
};
const scripted = requestBrain();
let own: OwnBridge;

beforeAll(async () => {
  own = await startOwnBridge({ brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});
afterAll(() => own.close());
beforeEach(() => {
  scripted.asked.length = 0;
  scripted.script = { ...scripted.script, ...answersAtOnce };
});

const cli = (...words: string[]) => runCli(environmentOf(own), words, [scripted.brain]);
const done = () => everythingDone(own.bridge.portal, own.probe);

/** Somebody new writes; the brain wants to be asked so much later. */
async function talk(...wishes: readonly { readonly id: string; readonly afterMs: number }[]) {
  scripted.script = {
    ...scripted.script,
    deliver: ({ text }) =>
      Promise.resolve({
        replies: [
          textReply(text),
          ...wishes.map(({ id, afterMs }) => ({
            type: 'follow_up' as const,
            id,
            afterMs,
            name: 'run',
            params: { code: id },
          })),
        ],
      }),
  };
  const { chatId, userId } = sayToAssistant(own.bridge, 'привет');
  await done();
  return { chatId, name: `bridge_assistant/${userId}`, answers: () => answersIn(own.bridge.portal, chatId) };
}
const pending = async (name: string) =>
  (await cli('follow-ups', 'list', name, '--json')).json<{ followUps: { id: string; name: string }[] }>().followUps;
/** Lets the time of a pending follow-up come. */
const comeDue = (id: string) => own.probe.rows('update follow_up set due_at = now() where id = $1', [id]);

describe('a request', () => {
  it('is sent by command, with its parameters as the schema reads them, and answered in the conversation', async () => {
    const { name, answers } = await talk();
    const sent = await cli('requests', 'send', name, 'run', 'code=a=b', 'times=3');
    expect(sent.err).toBe('');
    await until(() => answers().includes('запущен a=b'));
    await done();
    expect(scripted.asked).toMatchObject([{ name: 'run', params: { code: 'a=b', times: 3 }, by: 'person' }]);
    expect(answers()).toEqual(['привет', 'запущен a=b']);
  });

  it.each([
    ['an unknown request', ['walk'], 'brain.unknown_request'],
    ['a missing parameter', ['run'], 'brain.bad_params'],
    ['an unknown parameter', ['run', 'code=x', 'speed=2'], 'brain.bad_params'],
  ])('is refused before it is stored: %s', async (_, words, code) => {
    const { name } = await talk();
    const sent = await cli('requests', 'send', name, ...words);
    expect(sent).toMatchObject({ code: 1, err: expect.stringContaining(code) });
    await done();
    expect(scripted.asked).toEqual([]);
  });

  it('is refused for a conversation that there is not', async () => {
    const sent = await cli('requests', 'send', 'bridge_assistant/99999', 'run', 'code=x');
    expect(sent).toMatchObject({ code: 1, err: expect.stringContaining('conversation.unknown') });
  });

  it('reaches the brain while a person leads, and what it answers then is not shown', async () => {
    const { name, answers } = await talk();
    await own.probe.rows(`update conversation set owner = 'person' where dialog_id = $1`, [name.split('/')[1]]);
    await cli('requests', 'send', name, 'run', 'code=тихо');
    await until(() => scripted.asked.length === 1);
    await done();
    expect(answers()).not.toContain('запущен тихо');
  });

  it('becomes a dead letter if the brain no longer takes it, and the lane goes on', async () => {
    const { name, answers } = await talk({ id: 'late', afterMs: 3_600_000 });
    await own.probe.rows(`update follow_up set name = 'walk', due_at = now() where id = 'late'`);
    await until(async () => (await own.probe.count(`select count(*) from outbox where state = 'dead_letter'`)) === 1);
    await cli('requests', 'send', name, 'run', 'code=дальше');
    await until(() => answers().includes('запущен дальше'));
    expect((await cli('dead-letters', 'list')).out).toContain('brain.unknown_request');
    await own.probe.rows(`update outbox set state = 'dropped' where state = 'dead_letter'`);
  });

  it('is described by command', async () => {
    const listed = await cli('requests', 'list', '--brain', 'echo');
    expect(listed.out).toContain('Runs a script for the conversation');
    expect(listed.out).toContain('code (required)');
  });
});

describe('a follow-up', () => {
  it('is sent once when it is due, and not before', async () => {
    const { answers, name } = await talk({ id: 'soon', afterMs: 3_600_000 });
    expect(await pending(name)).toMatchObject([{ id: 'soon', name: 'run' }]);
    expect(scripted.asked).toEqual([]);
    await comeDue('soon');
    await until(() => answers().includes('запущен soon'));
    await done();
    expect(scripted.asked).toMatchObject([{ id: 'soon', by: 'follow_up', params: { code: 'soon', times: 1 } }]);
    expect(await pending(name)).toEqual([]);
  });

  it('comes by itself after its time', async () => {
    const { answers } = await talk({ id: 'at-once', afterMs: 300 });
    await until(() => answers().includes('запущен at-once'));
  });

  it('is replaced by one of the same id, and cancelled by the brain or by command', async () => {
    const { name } = await talk(
      { id: 'one', afterMs: 1_000_000 },
      { id: 'one', afterMs: 2_000_000 },
      { id: 'two', afterMs: 3_000_000 },
    );
    expect((await pending(name)).map(({ id }) => id)).toEqual(['one', 'two']);
    expect(await cli('follow-ups', 'cancel', name, 'one')).toMatchObject({ code: 0 });
    expect(await cli('follow-ups', 'cancel', name, 'one')).toMatchObject({ code: 1 });
    expect((await pending(name)).map(({ id }) => id)).toEqual(['two']);
  });

  it('is refused beyond fifty in one conversation, and the trace says so', async () => {
    const { name } = await talk(...Array.from({ length: 51 }, (_, index) => ({ id: `f${index}`, afterMs: 9_000_000 })));
    expect(await pending(name)).toHaveLength(50);
    expect((await cli('trace', name.split('/')[1] ?? '')).out).toMatch(/follow-up was\s+refused/);
  });

  it('survives the app, and is sent once by two processes', async () => {
    const talks = await Promise.all([talk({ id: 'later', afterMs: 3_600_000 })]);
    await own.bridge.stop();
    await own.probe.rows(`update follow_up set due_at = now()`);
    const processes = await Promise.all([
      startAnotherApp(own, {}, [scripted.brain]),
      startAnotherApp(own, {}, [scripted.brain]),
    ]);
    try {
      for (const { answers } of talks) await until(() => answers().includes('запущен later'));
      await until(async () => (await own.probe.count('select count(*) from follow_up')) === 0);
      await own.probe.quiet();
      expect(scripted.asked.filter(({ id }) => id === 'later')).toHaveLength(1);
    } finally {
      await Promise.all(processes.map((app) => app.stop()));
    }
  });
});
