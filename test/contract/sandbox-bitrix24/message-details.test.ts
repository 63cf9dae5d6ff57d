/** What messages of the sandbox do as the server's source does: quotes, keyboards, lists of users, older builds, webhook rights. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxPortalOptions } from '../../../sandbox/bitrix24/portal-options.ts';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
let bot: number;

async function start(options: SandboxPortalOptions = {}): Promise<void> {
  portal = await startSandboxPortal({ rate: false, ...options });
  portal.placeApp();
  portal.finishInstall();
  bot = await registerBot(portal, app.eventUrl, { CODE: 'helper', TYPE: 'S' });
}

beforeEach(async () => {
  app = await Receiver.start();
  await start();
});

afterEach(async () => {
  await portal.close();
  await app.close();
});

const sendName = 'imbot.v2.Chat.Message.send';

async function send(chatId: number, fields: object): Promise<string> {
  const { json } = await callRest(portal, sendName, { botId: bot, dialogId: `chat${chatId}`, fields });
  return typeof json['error'] === 'string' ? json['error'] : 'ok';
}

const group = (...others: number[]): number =>
  portal.addGroup({ title: 'G', ownerId: portal.adminId, memberIds: others, botIds: [bot] }).chatId;

/** Of the first message the app was told of. */
function paramsOfFirst(): Record<string, unknown> {
  const [event] = app.of('ONIMBOTMESSAGEADD');
  if (event === undefined) throw new Error('no message has come');
  return (event.form['data'] as { PARAMS: Record<string, unknown> }).PARAMS;
}

describe('a quote', () => {
  it('refuses the whole message when it is unknown, deleted, of another chat or out of sight', async () => {
    const chatId = group();
    const write = (where: number): number => portal.writesInGroup(portal.adminId, where, 'x').messageId;
    const good = write(chatId);
    const deleted = write(chatId);
    portal.deleteMessage(deleted);
    const elsewhere = write(group());
    const unseen = write(portal.addGroup({ title: 'Closed', ownerId: portal.adminId }).chatId);
    const answers = [];
    for (const replyId of [good, 0, 999_999, deleted, elsewhere, unseen]) {
      answers.push(await send(chatId, { message: 'y', replyId }));
    }
    expect(answers).toEqual([
      'ok',
      'ok',
      'MESSAGE_NOT_FOUND',
      'MESSAGE_NOT_FOUND',
      'REPLY_ERROR',
      'MESSAGE_ACCESS_DENIED',
    ]);
    expect(portal.allBotMessages().map(({ replyTo }) => replyTo)).toEqual([good, null]);
  });
});

describe('a keyboard', () => {
  it('takes an ACTION in exact spelling with a value, a LINK that is one, and drops other buttons', async () => {
    const chatId = group();
    const bad = [
      { TEXT: 'a', ACTION: 'send', ACTION_VALUE: 'x' },
      { TEXT: 'b', ACTION: 'SEND', ACTION_VALUE: ' ' },
      { TEXT: 'c', ACTION: 'CALL' },
      { TEXT: 'd', LINK: 'tel:+100' },
      { TEXT: 'e', LINK: 'mailto:a@example.org' },
    ];
    for (const button of bad) {
      expect(await send(chatId, { message: 'x', keyboard: { BUTTONS: [button] } })).toBe('KEYBOARD_ERROR');
    }
    const good = [
      { TEXT: 'f', ACTION: 'CALL', ACTION_VALUE: '+100' },
      { TEXT: 'g', LINK: '/crm/' },
    ];
    expect(await send(chatId, { message: 'x', keyboard: { BUTTONS: [...bad, ...good] } })).toBe('ok');
    expect(portal.allBotMessages()[0]?.keyboard.map((button) => button['TEXT'])).toEqual(['f', 'g']);
  });

  it('of which only a row break is left is no error: the message comes without buttons', async () => {
    const BUTTONS = [{ TEXT: 'a', LINK: 'tel:1' }, { TYPE: 'NEWLINE' }, { TEXT: 'b', LINK: 'tel:2' }];
    expect(await send(group(), { message: 'x', keyboard: { BUTTONS } })).toBe('ok');
  });

  it('and a card are refused under longer names by one build of the server', async () => {
    await portal.close();
    await start({ longParamErrors: true });
    const chatId = group();
    const keyboard = { BUTTONS: [{ TEXT: 'a', LINK: 'tel:1' }] };
    expect(await send(chatId, { message: 'x', keyboard })).toBe('PARAM_KEYBOARD_ERROR');
    expect(await send(chatId, { message: 'x', attach: [{ NOTHING: {} }] })).toBe('PARAM_ATTACH_ERROR');
  });
});

describe('a button', () => {
  it('called 0 is none, and 0 is no parameter: PHP takes both for nothing', async () => {
    const chatId = group();
    await resultOf(portal, 'imbot.command.register', {
      BOT_ID: bot,
      COMMAND: 'x',
      EVENT_COMMAND_ADD: app.eventUrl,
      LANG: [{ LANGUAGE_ID: 'en', TITLE: 'X' }],
    });
    const zero = { TEXT: '0', ACTION: 'SEND', ACTION_VALUE: 'x' };
    expect(await send(chatId, { message: 'x', keyboard: { BUTTONS: [zero] } })).toBe('KEYBOARD_ERROR');
    const command = { TEXT: 'a', COMMAND: 'x', COMMAND_PARAMS: '0' };
    expect(await send(chatId, { message: 'x', keyboard: { BUTTONS: [command] } })).toBe('ok');
    expect(portal.allBotMessages()[0]?.keyboard).toMatchObject([{ COMMAND: 'x', COMMAND_PARAMS: '' }]);
  });
});

describe('what bots do', () => {
  const commandsSeen = async (): Promise<unknown[]> => {
    await portal.idle();
    return app.of('ONIMCOMMANDADD').map(({ form }) => (form['data'] as { PARAMS: object }).PARAMS);
  };

  it('through imbot.v2 in a group runs the commands in it, and tells no one that a bot said them', async () => {
    const LANG = [{ LANGUAGE_ID: 'en', TITLE: 'Help' }];
    const command = { BOT_ID: bot, COMMAND: 'help', EVENT_COMMAND_ADD: app.eventUrl, LANG };
    await resultOf(portal, 'imbot.command.register', command);
    const chatId = group();
    const words = { BOT_ID: bot, DIALOG_ID: `chat${chatId}`, MESSAGE: 'List:\n/help – shows this' };
    await resultOf(portal, 'imbot.message.add', words);
    expect(await commandsSeen()).toEqual([]);
    await resultOf(portal, sendName, { botId: bot, dialogId: String(portal.adminId), fields: { message: '/help' } });
    expect(await commandsSeen()).toEqual([]);
    await send(chatId, { message: 'List:\n/help – shows this' });
    expect(await commandsSeen()).toMatchObject([{ FROM_USER_ID: String(bot), DIALOG_ID: `chat${chatId}` }]);
    const [event] = app.of('ONIMCOMMANDADD');
    expect(event?.form['data']).not.toHaveProperty('USER.IS_BOT');
  });

  it('to messages of their own in a group is told to the bots there, and in private to nobody', async () => {
    const chatId = group();
    const say = async (dialogId: string): Promise<number> => {
      const fields = { message: 'x' };
      return ((await resultOf(portal, sendName, { botId: bot, dialogId, fields })) as { id: number }).id;
    };
    const [there, here] = [await say(`chat${chatId}`), await say(String(portal.adminId))];
    for (const MESSAGE_ID of [there, here]) {
      await resultOf(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID, MESSAGE: 'y' });
      await resultOf(portal, 'imbot.message.delete', { BOT_ID: bot, MESSAGE_ID });
    }
    await portal.idle();
    for (const name of ['ONIMBOTMESSAGEUPDATE', 'ONIMBOTMESSAGEDELETE']) {
      const told = app.of(name).map(({ form }) => (form['data'] as { PARAMS: object }).PARAMS);
      expect(told).toMatchObject([{ MESSAGE_ID: String(there), AUTHOR_ID: String(bot) }]);
      expect(told[0]).not.toHaveProperty('FROM_USER_ID');
    }
  });
});

describe('a card', () => {
  it('that is too large refuses the whole message', async () => {
    const attach = [{ MESSAGE: 'x'.repeat(60_001) }];
    expect(await send(group(), { message: 'x', attach })).toBe('ATTACH_OVERSIZE');
  });
});

describe('imbot.v2.Chat.User.list', () => {
  it('is a bare list of 50 unless a limit up to 200 is asked for, in the wanted order', async () => {
    const people = Array.from({ length: 210 }, (_, index) => portal.addEmployee({ name: `P${index}` }).id);
    const chatId = group(...people);
    const list = async (params: object): Promise<{ id: number; type: string }[]> =>
      (await resultOf(portal, 'imbot.v2.Chat.User.list', {
        botId: bot,
        dialogId: `chat${chatId}`,
        ...params,
      })) as { id: number; type: string }[];
    expect(await list({})).toHaveLength(50);
    expect(await list({ limit: 200 })).toHaveLength(200);
    expect(await list({ limit: 201 })).toHaveLength(50);
    expect(await list({ limit: 500 })).toHaveLength(50);
    const last = await list({ limit: 1, order: { userId: 'desc' } });
    expect(last).toMatchObject([{ id: people.at(-1), type: 'employee' }]);
  });
});

describe('a portal with an im from before July 2025', () => {
  it('has no v2, names no mentioned users and tells less of files', async () => {
    await portal.close();
    await start({ oldIm: true });
    expect((await callRest(portal, 'imbot.v2.Revision.get')).json['error']).toBe('ERROR_METHOD_NOT_FOUND');
    const chatId = group();
    portal.writesInGroup(portal.adminId, chatId, `[USER=${bot}]helper[/USER] look`, {
      files: [{ name: 'a.png', content: 'x' }],
    });
    await portal.idle();
    const PARAMS = paramsOfFirst();
    expect(PARAMS).toMatchObject({ TO_USER_ID: String(bot), MESSAGE_ORIGINAL: expect.stringContaining('[USER=') });
    expect(PARAMS).not.toHaveProperty('MENTIONED_LIST');
    const [file] = Object.values(PARAMS['FILES'] as Record<string, object>);
    expect(file).toHaveProperty('urlDownload');
    expect(file).not.toHaveProperty('isVoiceNote');
    expect(file).not.toHaveProperty('viewerAttrs');
  });
});

describe('a file', () => {
  it('may be a voice message or a video note', async () => {
    portal.writesInGroup(portal.adminId, group(), 'hear', {
      files: [
        { name: 'a.ogg', content: 'x', isVoiceNote: true },
        { name: 'b.mp4', content: 'x', isVideoNote: true },
      ],
    });
    await portal.idle();
    expect(Object.values(paramsOfFirst()['FILES'] as object)).toMatchObject([
      { isVoiceNote: '1', isVideoNote: '0' },
      { isVoiceNote: '0', isVideoNote: '1' },
    ]);
  });
});

describe('an incoming webhook', () => {
  it('may do what its administrator ticked, and no more', async () => {
    await portal.close();
    await start({ webhookScope: ['user'] });
    const answer = await fetch(`${portal.webhook}imbot.bot.list`);
    expect(((await answer.json()) as { error: string }).error).toBe('insufficient_scope');
  });
});
