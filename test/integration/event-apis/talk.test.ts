/** The same talk over each event API: what the brains of a supervisor and of an ordinary bot hear of it, and what people see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { eventApis } from '../../../src/core/event-api.ts';
import { textReply } from '../../../src/core/events.ts';
import { until } from '../../support/bridge.ts';
import { boundBotEvents, eventApiOf, quickPolls } from '../../support/event-apis.ts';
import { type OwnBridge, startInstalled } from '../../support/installed-bridge.ts';
import { scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, botTalk, everythingDone, isGreeting, ourBot } from '../../support/talk.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';

describe.each(eventApis)('%s', (eventApi) => {
  const heard: string[] = [];
  const scripted = scriptBrain(
    {
      async deliver({ text }, { botCode }) {
        heard.push(`${botCode} message ${text}`);
        const buttons = [
          { type: 'say', label: 'Да', text: 'да' },
          { type: 'command', label: 'Помощь', command: 'help', params: '' },
        ] as const;
        return {
          replies: [{ ...textReply(`ответ: ${text}`), ...(text === 'кнопки' ? { buttons: [...buttons] } : {}) }],
        };
      },
      change: (change) => heard.push(`${change.type} ${'text' in change ? change.text : ''}`.trim()),
    },
    { capabilities: { edits: true, deletes: true } },
  );
  let own: OwnBridge;
  let assistant: SeenBot;
  let supervisor: SeenBot;

  beforeAll(async () => {
    own = await startInstalled({
      brains: [scripted.brain],
      settings: { EVENT_API: eventApi, ...quickPolls },
      portal: { orderedDelivery: true },
    });
    await until(async () => (await eventApiOf(own.probe)) === eventApi);
    assistant = ourBot(own.bridge.portal, 'assistant');
    supervisor = ourBot(own.bridge.portal, 'supervisor');
  });
  afterAll(() => own.close());

  const mention = ({ id, name }: SeenBot): string => `[USER=${id}]${name}[/USER]`;
  const person = (): number => own.bridge.portal.addEmployee({ name: 'Вера Проверкина' }).id;
  /** Everything that was to be told has been asked for: a poll that began later has ended. */
  const polled = async (): Promise<void> => {
    if (eventApi !== 'v2-fetch') return;
    const { portal } = own.bridge;
    const last = (): number => portal.calls().findLast(({ method }) => method === 'imbot.v2.Event.get')?.id ?? 0;
    const before = last();
    // The first one may have begun before.
    const bots = portal.bots().length;
    await until(() => last() > before + 2 * (bots + 1));
  };
  const done = async (): Promise<void> => {
    // What bots say may open chats, which the portal tells too.
    for (let look = 0; look < 2; look += 1) {
      await polled();
      await everythingDone(own.bridge.portal, own.probe);
    }
  };
  /** What the brains heard of it, when nothing more can come. */
  const hear = async (happening: () => void): Promise<string[]> => {
    const from = heard.length;
    happening();
    await done();
    return heard.slice(from);
  };

  it('tells bots by this API alone', () => {
    const bound = boundBotEvents(own.bridge.portal);
    expect(bound.length > 0).toBe(eventApi !== 'v2-fetch');
    // Reactions are told by an event of `imbot.v2` alone, also beside the first API (decision 0066).
    const ofReactions = eventApi === 'v1-webhook' ? ['ONIMBOTV2REACTIONCHANGE'] : [];
    expect(bound.filter((name) => name.startsWith('ONIMBOTV2') !== (eventApi === 'v2-webhook'))).toEqual(ofReactions);
  });

  it('a private chat: each message, its edit and its deletion once', async () => {
    const { portal } = own.bridge;
    const userId = person();
    let said = { chatId: 0, messageId: 0 };
    for (const bot of [assistant, supervisor]) {
      const first = await hear(() => {
        said = portal.employeeWritesPrivate(userId, bot.id, 'привет');
      });
      expect(first).toEqual([`${bot.code} message привет`]);
      expect(await hear(() => portal.editMessage(said.messageId, 'привет всем'))).toEqual(['edit привет всем']);
      expect(await hear(() => portal.deleteMessage(said.messageId))).toEqual(['delete']);
      expect(botTalk(portal, said.chatId).filter(({ text }) => isGreeting(text))).toHaveLength(1);
      expect(answersIn(portal, said.chatId).filter((text) => text === 'ответ: привет')).toHaveLength(1);
    }
  });

  it('a group: the one who is mentioned answers, and hears the edit and the deletion', async () => {
    const { portal } = own.bridge;
    const ownerId = person();
    const { chatId } = portal.addGroup({ title: 'Отдел', ownerId, botIds: [assistant.id, supervisor.id] });
    await done();
    expect(await hear(() => void portal.writesInGroup(ownerId, chatId, 'обед в час'))).toEqual([]);
    let messageId = 0;
    for (const bot of [assistant, supervisor]) {
      const first = await hear(() => {
        ({ messageId } = portal.writesInGroup(ownerId, chatId, `${mention(bot)}, как дела?`));
      });
      expect(first).toEqual([`${bot.code} message как дела?`]);
      expect(botTalk(portal, chatId).at(-1)).toMatchObject({ authorId: bot.id });
      expect(await hear(() => portal.editMessage(messageId, `${mention(bot)} иначе`))).toEqual(['edit иначе']);
    }
    // Of a deletion Bitrix24 tells those who hear everything; it names no bot.
    expect(await hear(() => portal.deleteMessage(messageId))).toEqual(['delete']);
    const both = await hear(
      () => void portal.writesInGroup(ownerId, chatId, `${mention(assistant)} ${mention(supervisor)} оба`),
    );
    expect(both.toSorted()).toHaveLength(2);
    expect(answersIn(portal, chatId)).toHaveLength(4);
  });

  it('commands: typed and by the button of a message', async () => {
    const { portal } = own.bridge;
    const userId = person();
    let said = { chatId: 0, messageId: 0 };
    expect(
      await hear(() => {
        said = portal.employeeWritesPrivate(userId, supervisor.id, '/help');
      }),
    ).toEqual([]);
    const help = answersIn(portal, said.chatId);
    expect(help).toHaveLength(1);
    expect(await hear(() => void portal.employeeWritesPrivate(userId, supervisor.id, 'кнопки'))).toEqual([
      `${supervisor.code} message кнопки`,
    ]);
    const shown = botTalk(portal, said.chatId).find(({ text }) => text === 'ответ: кнопки');
    expect(shown?.keyboard.filter(({ TYPE }) => TYPE === 'BUTTON')).toHaveLength(2);
    expect(await hear(() => void portal.pressButton(userId, shown?.id ?? 0, 0))).toEqual([
      `${supervisor.code} message да`,
    ]);
    let isFired = false;
    const pressed = await hear(() => {
      isFired = portal.pressButton(userId, shown?.id ?? 0, 1).fired;
    });
    expect({ pressed, isFired }).toEqual({ pressed: [], isFired: true });
    expect(answersIn(portal, said.chatId)).toEqual([...help, 'ответ: кнопки', 'ответ: да', ...help]);
    // In a group too, of the bot that is named alone.
    const { chatId } = portal.addGroup({ title: 'Команды', ownerId: userId, botIds: [assistant.id, supervisor.id] });
    await done();
    expect(await hear(() => void portal.writesInGroup(userId, chatId, `/help ${mention(assistant)}`))).toEqual([]);
    expect(answersIn(portal, chatId).length).toBeGreaterThan(0);
  });

  it('a personal bot hears everything in its groups, and answers where it is meant', async () => {
    const { portal } = own.bridge;
    const words = [
      'bots',
      'add',
      '--code',
      'bridge_own',
      '--type',
      'P',
      '--name',
      'Личный',
      '--brain',
      scripted.brain.name,
    ];
    expect((await runCli(environmentOf(own), words, [scripted.brain])).err).toBe('');
    await done();
    const [row] = await own.probe.rows(`select state, problem from bot where code = 'bridge_own'`);
    // The first API has no such type: the app says so, and the other bots live on.
    const refused = { state: 'refused', problem: 'a personal bot needs a portal with events of imbot.v2' };
    expect(row).toEqual(eventApi === 'v1-webhook' ? refused : { state: 'registered', problem: null });
    const personal = portal.bots().filter(({ code }) => code === 'bridge_own');
    expect(personal).toHaveLength(eventApi === 'v1-webhook' ? 0 : 1);
    for (const bot of personal) {
      const ownerId = person();
      const said = await hear(() => void portal.employeeWritesPrivate(ownerId, bot.id, 'ты мой?'));
      expect(said).toEqual(['bridge_own message ты мой?']);
      const { chatId } = portal.addGroup({ title: 'Личное', ownerId, botIds: [bot.id] });
      await done();
      expect(await hear(() => void portal.writesInGroup(ownerId, chatId, 'не тебе'))).toEqual([]);
      expect(await hear(() => void portal.writesInGroup(ownerId, chatId, `${mention(bot)} тебе`))).toEqual([
        'bridge_own message тебе',
      ]);
      expect(answersIn(portal, chatId)).toEqual(['ответ: тебе']);
    }
  });
});
