import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteUnreachable } from '../../../src/core/errors.ts';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { type ScriptedBrain, scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

interface Told {
  readonly steps: readonly {
    readonly queue: string;
    readonly state: string;
    readonly words: string;
    attempts: number;
  }[];
}

let own: OwnBridge;
let scripted: ScriptedBrain;
const repeat: ScriptedBrain['script'] = {
  deliver: ({ text }) =>
    Promise.resolve({
      replies: [textReply(text)],
    }),
};

beforeAll(async () => {
  scripted = scriptBrain(repeat);
  own = await startOwnBridge({ brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words, [scripted.brain]);

describe('trace', () => {
  it('tells the whole way of a message, found by its number, its dialog or the number of the answer', async () => {
    const said = sayToAssistant(own.bridge, 'Где заказ?');
    await until(() => said.isAnswered());
    await everythingDone(own.bridge.portal, own.probe);
    const talk = own.bridge.portal.messages(said.chatId);
    const question = talk.find((message) => !message.isBot);
    const answer = botTalk(own.bridge.portal, said.chatId).at(-1);
    const byMessage = await cli('trace', String(question?.id));
    expect(byMessage.code).toBe(0);
    for (const words of [
      'passed on to the brain',
      'delivered to the brain',
      'the brain answered',
      `(id ${answer?.id})`,
    ]) {
      expect(byMessage.out).toContain(words);
    }
    expect(byMessage.out).toMatch(new RegExp(`bridge_assistant in dialog ${said.userId}$`, 'm'));
    expect(Math.max(...byMessage.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect((await cli('trace', String(answer?.id))).out).toBe(byMessage.out);
    expect((await cli('trace', String(said.userId), '--portal', own.bridge.portal.domain)).out).toContain(
      byMessage.out.trimEnd(),
    );
  });

  it('never repeats what people wrote', async () => {
    const said = sayToAssistant(own.bridge, 'тайна следствия');
    await until(() => said.isAnswered());
    for (const words of [[], ['--json']]) {
      expect((await cli('trace', String(said.userId), ...words)).out).not.toContain('тайна');
    }
  });

  it('tells of a step that fails how often it was tried and when it is tried again', async () => {
    const away = new RemoteUnreachable({ code: 'http.connect', message: 'no connection', retry: { afterMs: 60_000 } });
    scripted.script = { deliver: () => Promise.reject(away) };
    const said = sayToAssistant(own.bridge, 'Алло?');
    const trace = async (): Promise<Told> => (await cli('trace', String(said.userId), '--json')).json<Told>();
    await until(async () => (await trace()).steps.some((step) => step.words.includes('tried again')));
    const waiting = (await trace()).steps.find((step) => step.state === 'waiting');
    expect(waiting).toMatchObject({ queue: 'outbox', attempts: 1 });
    expect((await cli('trace', String(said.userId))).out).toMatch(
      /waiting +1 +the other system could not be reached;\s+tried again at/,
    );
    scripted.script = repeat;
  });

  it('says of an unknown message that nothing is known of it', async () => {
    const { code, out } = await cli('trace', 'no-such-thing');
    expect(code).toBe(0);
    expect(out).toContain('30 days');
    expect((await cli('trace', 'no-such-thing', '--json')).json()).toEqual({ wanted: 'no-such-thing', steps: [] });
  });
});
