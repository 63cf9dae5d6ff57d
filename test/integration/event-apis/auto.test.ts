/** `EVENT_API=auto`, portals that lack `imbot.v2`, and what a change of the API does to edits, deletions, commands and buttons under way. */
import { afterEach, describe, expect, it } from 'vitest';
import { eventApis } from '../../../src/core/event-api.ts';
import { textReply } from '../../../src/core/events.ts';
import { until } from '../../support/bridge.ts';
import { boundBotEvents, changeTo, eventApiOf, everythingPolled, quickPolls } from '../../support/event-apis.ts';
import { type OwnBridge, sayToAssistant, startInstalled } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, everythingDone, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

let own: OwnBridge;

afterEach(() => own.close());

const answered = async (text: string): Promise<string[]> => {
  const said = sayToAssistant(own.bridge, text);
  await until(() => said.isAnswered());
  await everythingPolled(own.bridge.portal);
  await everythingDone(own.bridge.portal, own.probe);
  return answersIn(own.bridge.portal, said.chatId);
};

describe('EVENT_API=auto', () => {
  it('polls where no portal can reach the app', async () => {
    own = await startInstalled({ settings: { EVENT_API: 'auto', ...quickPolls } });
    expect(await eventApiOf(own.probe)).toBe('v2-fetch');
    expect(boundBotEvents(own.bridge.portal)).toEqual([]);
    expect(await answered('слышно?')).toEqual(['слышно?']);
  });

  it.each([
    { what: 'without imbot.v2', portal: { v2: false } },
    { what: 'with an im from before July 2025', portal: { oldIm: true } },
  ])('falls back to the first API in a portal $what', async ({ portal }) => {
    own = await startInstalled({ settings: { EVENT_API: 'auto', ...quickPolls }, portal });
    expect(await eventApiOf(own.probe)).toBe('v1-webhook');
    expect(await answered('слышно?')).toEqual(['слышно?']);
  });

  it.each(['v2-webhook', 'v2-fetch'])(
    '%s falls back as well, and a later wish is refused with the reason',
    async (wish) => {
      own = await startInstalled({ settings: { EVENT_API: wish, ...quickPolls }, portal: { v2: false } });
      expect(await eventApiOf(own.probe)).toBe('v1-webhook');
      expect(await answered('слышно?')).toEqual(['слышно?']);
      const ran = await runCli(environmentOf(own), ['portals', 'set', '--event-api', wish]);
      expect(ran.code).not.toBe(0);
      expect(ran.err).toContain('imbot.v2');
      expect(await answered('и теперь?')).toEqual(['и теперь?']);
    },
  );
});

describe('a change of the API', () => {
  it('loses and doubles no edit, deletion, command or button', async () => {
    const heard: string[] = [];
    const scripted = scriptBrain(
      {
        deliver({ text }) {
          heard.push(text);
          const buttons = [{ type: 'command', label: 'Помощь', command: 'help', params: '' }] as const;
          return Promise.resolve({ replies: [{ ...textReply(`ответ: ${text}`), buttons: [...buttons] }] });
        },
        change: (change) => heard.push(`${change.type} ${'text' in change ? change.text : ''}`.trim()),
      },
      { capabilities: { edits: true, deletes: true } },
    );
    own = await startInstalled({
      brains: [scripted.brain],
      settings: quickPolls,
      // What is posted is on its way longer where the machine does other things too.
      timings: { eventsUnderwayMs: 4_000 },
      portal: { orderedDelivery: true, fetchGuards: true },
    });
    const { portal } = own.bridge;
    const bot = ourBot(portal, 'supervisor').id;
    const person = portal.addEmployee({ name: 'Вера' }).id;
    portal.employeeWritesPrivate(person, bot, 'начало');
    const chatId = portal.privateChatId(person, bot) ?? 0;
    await until(() => answersIn(portal, chatId).includes('ответ: начало'));
    const [withButton] = portal.messages(chatId).filter(({ keyboard }) => keyboard.length > 0);
    let round = 0;
    let presses = 0;
    let isOver = false;
    const told = (): number => heard.filter((text) => text === 'delete').length;
    const talk = (async () => {
      while (!isOver) {
        round += 1;
        const { messageId } = portal.employeeWritesPrivate(person, bot, `${round}`);
        portal.editMessage(messageId, `${round} иначе`);
        portal.deleteMessage(messageId);
        // A press has no number of its own: two within a second are told as one.
        if (round % 15 === 0) {
          portal.pressButton(person, withButton?.id ?? 0, 0);
          presses += 1;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
        // On a busy machine too, what is posted is not on its way for longer than a change of the API waits.
        await until(() => told() >= round - 12);
      }
    })();
    const goOn = (): Promise<void> => {
      const from = round;
      return until(() => round >= from + 4);
    };
    for (const next of [...eventApis.slice(1), ...eventApis.toReversed()]) {
      await changeTo(own, next);
      await goOn();
    }
    isOver = true;
    await talk;
    await until(() => told() >= round);
    await everythingPolled(portal);
    await everythingDone(portal, own.probe);
    const expected = Array.from({ length: round }, (_, index) => [`${index + 1}`, `edit ${index + 1} иначе`, 'delete']);
    expect(heard).toEqual(['начало', ...expected.flat()]);
    expect(answersIn(portal, chatId).filter((text) => text.includes('/operator'))).toHaveLength(presses);
  });
});
