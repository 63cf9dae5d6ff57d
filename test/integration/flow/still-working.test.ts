/** What people see while the brain is at work: a status after a while, gone with the answer, and never in the way of one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteUnreachable } from '../../../src/core/errors.ts';
import { type BrainEvent, textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { botTalk, everythingDone } from '../../support/talk.ts';
import { quickTimings } from '../../support/timings.ts';

/** What the brain says to each text, and when. */
const plans = new Map<string, () => Promise<readonly BrainEvent[]>>();
const brain = scriptBrain({
  async deliver({ text }) {
    return { replies: (await plans.get(text)?.()) ?? [] };
  },
});

const status = 'imbot.v2.Chat.InputAction.notify';
const typing = 'imbot.chat.sendTyping';

describe.each([
  ['a portal of today', {}, status],
  ['a portal without imbot.v2', { v2: false }, typing],
] as const)('%s', (_, portal, method) => {
  let own: OwnBridge;
  beforeAll(async () => {
    const settings = { STILL_WORKING_SECONDS: '1' };
    own = await startOwnBridge({ portal, brains: [brain.brain], settings, timings: quickTimings });
    await install(own.bridge);
    await everythingDone(own.bridge.portal, own.probe);
  });
  afterAll(() => own.close());

  const callsOf = (name: string) =>
    own.bridge.portal.calls().filter((call) => call.method.toLowerCase() === name.toLowerCase());
  const shown = (): Record<string, unknown>[] => callsOf(method).map(({ params }) => params);

  it('shows that a brain which takes its time is thinking, and only until it answers', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly BrainEvent[]>();
    plans.set('медленно', () => promise);
    const before = shown().length;
    const { chatId } = sayToAssistant(own.bridge, 'медленно');
    await until(() => shown().length > before);
    const of = method === status ? { statusMessageCode: 'IMBOT_AGENT_ACTION_THINKING', duration: 30 } : {};
    expect(shown().at(-1)).toMatchObject(of);
    resolve([textReply('готово')]);
    await until(() => botTalk(own.bridge.portal, chatId).some(({ text }) => text === 'готово'));
  });

  it('shows nothing for an answer at once, nor for a brain that cannot be reached', async () => {
    const before = shown().length;
    const down = new RemoteUnreachable({ code: 'brain.down', message: 'down' });
    let attempts = 0;
    plans.set('сразу', () => Promise.resolve([textReply('вот')]));
    plans.set('недоступен', () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(down) : Promise.resolve([textReply('снова здесь')]);
    });
    sayToAssistant(own.bridge, 'сразу');
    const { chatId } = sayToAssistant(own.bridge, 'недоступен');
    await until(() => botTalk(own.bridge.portal, chatId).some(({ text }) => text === 'снова здесь'));
    await everythingDone(own.bridge.portal, own.probe);
    expect(shown().length).toBe(before);
  });

  it('is not held up by a "typing" that the portal refuses', async () => {
    plans.set('печатаю', () => Promise.resolve([{ type: 'typing' }, textReply('написал')]));
    own.bridge.portal.fault.rest({ method: typing, times: 50, kind: 'error', error: 'INTERNAL_SERVER_ERROR' });
    const { chatId } = sayToAssistant(own.bridge, 'печатаю');
    await until(() => botTalk(own.bridge.portal, chatId).some(({ text }) => text === 'написал'));
    await everythingDone(own.bridge.portal, own.probe);
    own.bridge.portal.fault.clear();
    const rows = await own.probe.rows(`select state, outcome from outbox where action->>'type' = 'typing'`);
    expect(rows).toEqual([{ state: 'dropped', outcome: 'not_shown' }]);
  });

  it('leaves out a read mark that the portal refuses: nobody has to look after it', async () => {
    plans.set('прочитай', () => Promise.resolve([{ type: 'read', portalMessageId: '999999999' }, textReply('прочёл')]));
    const method = 'imbot.v2.Chat.Message.read';
    own.bridge.portal.fault.rest({ method, times: 50, kind: 'error', error: 'ACCESS_DENIED', status: 403 });
    const { chatId } = sayToAssistant(own.bridge, 'прочитай');
    await until(() => botTalk(own.bridge.portal, chatId).some(({ text }) => text === 'прочёл'));
    await everythingDone(own.bridge.portal, own.probe);
    own.bridge.portal.fault.clear();
    const rows = await own.probe.rows(`select state, outcome from outbox where action->>'type' = 'read'`);
    const isKnown = !('v2' in portal);
    expect(rows).toEqual([isKnown ? { state: 'dropped', outcome: 'not_shown' } : { state: 'done', outcome: 'done' }]);
  });
});
