/** What the sandbox stores of attach, keyboard and menu, as the server's source does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenMessage } from '../../../sandbox/bitrix24/observation.ts';
import { type SandboxPortal, startSandboxPortal } from '../../../sandbox/bitrix24/start-portal.ts';
import { callRest, Receiver, registerBot, resultOf } from './receiver.ts';

let portal: SandboxPortal;
let app: Receiver;
let bot: number;
let dialogId: string;

beforeAll(async () => {
  app = await Receiver.start();
  portal = await startSandboxPortal({ rate: false });
  portal.placeApp();
  portal.finishInstall();
  bot = await registerBot(portal, app.eventUrl, { CODE: 'helper', TYPE: 'S' });
  const { chatId } = portal.addGroup({ title: 'G', ownerId: portal.adminId, botIds: [bot] });
  dialogId = `chat${chatId}`;
});

afterAll(async () => {
  await portal.close();
  await app.close();
});

/** The message as it was stored, or the error. */
async function add(fields: object): Promise<SeenMessage | string> {
  const params = { BOT_ID: bot, DIALOG_ID: dialogId, MESSAGE: 'x', ...fields };
  const { json } = await callRest(portal, 'imbot.message.add', params);
  const id = json['result'];
  return portal.allBotMessages().find((message) => message.id === id) ?? String(json['error']);
}

async function stored(fields: object): Promise<SeenMessage> {
  const message = await add(fields);
  if (typeof message === 'string') throw new Error(message);
  return message;
}

describe('an attach', () => {
  const blocks: readonly [string, object, readonly object[] | 'ATTACH_ERROR'][] = [
    ['a link that is none', { LINK: { LINK: 'javascript:alert(1)', NAME: 'x' } }, 'ATTACH_ERROR'],
    ['a link inside the portal', { LINK: { USER_ID: '5', NAME: 'a\nb' } }, [{ LINK: [{ USER_ID: 5, NAME: 'a b' }] }]],
    [
      'two users in one block',
      { USER: [{ NAME: 'a', BOT_ID: 3 }, { NAME: ' ' }, { NAME: 'b', LINK: '/x' }] },
      [
        { USER: [{ NAME: 'a', AVATAR_TYPE: 'BOT', BOT_ID: 3 }] },
        { USER: [{ NAME: 'b', AVATAR_TYPE: 'USER', LINK: '/x' }] },
      ],
    ],
    ['rows without a word', { GRID: [{ DISPLAY: 'ROW', NAME: ' ', VALUE: '' }] }, 'ATTACH_ERROR'],
    [
      'a row of an unknown kind',
      { GRID: [{ DISPLAY: 'PILE', NAME: 'a', COLOR: 'red', WIDTH: '-1' }] },
      [{ GRID: [{ DISPLAY: 'BLOCK', NAME: 'a', VALUE: '', COLOR_TOKEN: 'base' }] }],
    ],
    [
      'a row in columns',
      { GRID: [{ DISPLAY: 'COLUMN', VALUE: 'a', COLOR_TOKEN: 'alert' }] },
      [{ GRID: [{ DISPLAY: 'ROW', NAME: '', VALUE: 'a', COLOR_TOKEN: 'alert' }] }],
    ],
    ['rows that are no list', { GRID: { DISPLAY: 'ROW', NAME: 'a' } }, 'ATTACH_ERROR'],
    ['HTML by itself', { HTML: '<b>x</b>' }, 'ATTACH_ERROR'],
    ['a divider of nothing', { DELIMITER: {} }, [{ DELIMITER: { SIZE: 200 } }]],
    ['a picture without an address', { IMAGE: { NAME: 'x' } }, 'ATTACH_ERROR'],
    ['a text of blanks', { MESSAGE: '  ' }, 'ATTACH_ERROR'],
  ];
  it.each(blocks)('with %s', async (_, block, expected) => {
    const message = await add({ ATTACH: { BLOCKS: [block] } });
    expect(typeof message === 'string' ? message : message.attach[0]?.['BLOCKS']).toEqual(expected);
  });

  it('has an id of its own and one of the colours', async () => {
    const { attach } = await stored({
      ATTACH: { ID: 1, COLOR: 'red', COLOR_TOKEN: 'gold', BLOCKS: [{ MESSAGE: 'x' }] },
    });
    expect(attach[0]).toMatchObject({ COLOR_TOKEN: 'base', DESCRIPTION: '' });
    expect(attach[0]).not.toHaveProperty('COLOR');
    expect(attach[0]?.['ID']).not.toBe(1);
  });

  it('is measured as it is stored, with its slashes escaped', async () => {
    const MESSAGE = '/'.repeat(29_980);
    expect(await add({ ATTACH: [{ MESSAGE }] })).toBe('ATTACH_OVERSIZE');
    expect(typeof (await add({ ATTACH: [{ MESSAGE: 'я'.repeat(59_000) }] }))).toBe('object');
  });
});

describe('a keyboard', () => {
  it('is stored with everything the server adds, and with flags in letters only', async () => {
    const { keyboard } = await stored({
      KEYBOARD: {
        COLORS: { TEXT_COLOR: '#fff' },
        BUTTONS: [
          { TEXT: ' a ', ACTION: 'SEND', ACTION_VALUE: 'x', BLOCK: true, DISABLED: 1, WIDTH: '5px', CONTEXT: 'TV' },
        ],
      },
    });
    expect(keyboard).toEqual([
      {
        BOT_ID: bot,
        TYPE: 'BUTTON',
        ACTION: 'SEND',
        ACTION_VALUE: 'x',
        TEXT: 'a',
        VOTE: 'N',
        BLOCK: 'N',
        WAIT: 'N',
        CONTEXT: 'ALL',
        DISABLED: 'N',
        DISPLAY: 'BLOCK',
        WIDTH: 5,
        TEXT_COLOR: '#fff',
        BG_COLOR_TOKEN: 'base',
      },
    ]);
  });

  it('drops a button that names a function, whatever else it does', async () => {
    expect(await add({ KEYBOARD: [{ TEXT: 'a', LINK: '/x', FUNCTION: 'alert' }] })).toBe('KEYBOARD_ERROR');
  });

  it('that is too long is lost without an error by imbot.message.add, and refused elsewhere', async () => {
    const KEYBOARD = Array.from({ length: 40 }, () => ({ TEXT: 'a', ACTION: 'SEND', ACTION_VALUE: 'x'.repeat(1_500) }));
    const { id, keyboard } = await stored({ KEYBOARD });
    expect(keyboard).toEqual([]);
    const { json } = await callRest(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID: id, KEYBOARD });
    expect(json['error']).toBe('KEYBOARD_OVERSIZE');
  });
});

describe('a menu', () => {
  it('takes fewer actions than a keyboard, and no row breaks', async () => {
    const livechat = { TEXT: 'a', ACTION: 'LIVECHAT', ACTION_VALUE: 'x' };
    expect(await add({ MENU: { ITEMS: [livechat, { TYPE: 'NEWLINE' }] } })).toBe('MENU_ERROR');
    const { menu } = await stored({ MENU: [{ TEXT: 'a', ACTION: 'COPY', ACTION_VALUE: 'x', BG_COLOR: '#fff' }] });
    expect(menu).toEqual([
      { BOT_ID: bot, ACTION: 'COPY', ACTION_VALUE: 'x', TEXT: 'a', CONTEXT: 'ALL', DISABLED: 'N' },
    ]);
  });

  it('that is too long is refused by an update', async () => {
    const { id } = await stored({});
    const MENU = Array.from({ length: 40 }, () => ({ TEXT: 'a', ACTION: 'SEND', ACTION_VALUE: 'x'.repeat(1_500) }));
    const { json } = await callRest(portal, 'imbot.message.update', { BOT_ID: bot, MESSAGE_ID: id, MENU });
    expect(json['error']).toBe('MENU_OVERSIZE');
  });

  it('tells the app where a command came from', async () => {
    const LANG = [{ LANGUAGE_ID: 'en', TITLE: 'X' }];
    const command = { BOT_ID: bot, COMMAND: 'x', EVENT_COMMAND_ADD: app.eventUrl, LANG };
    await resultOf(portal, 'imbot.command.register', command);
    const { id } = await stored({ MENU: [{ TEXT: 'a', COMMAND: 'x', COMMAND_PARAMS: 'y' }] });
    expect(portal.pressMenu(portal.adminId, id, 0)).toMatchObject({ fired: true });
    await portal.idle();
    const event = app.of('ONIMCOMMANDADD').at(-1);
    const entries = Object.values((event?.form['data'] as { COMMAND: object } | undefined)?.COMMAND ?? {});
    expect(entries[0]).toMatchObject({ COMMAND: 'x', COMMAND_PARAMS: 'y', COMMAND_CONTEXT: 'MENU' });
  });
});
