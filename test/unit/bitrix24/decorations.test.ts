/** Every kind of button, menu entry and card block in the portal's format. */
import { describe, expect, it } from 'vitest';
import { toAttach } from '../../../src/bitrix24/formatting/attach.ts';
import { toKeyboard, toMenu } from '../../../src/bitrix24/formatting/keyboard.ts';
import type { Button, Card, CardBlock } from '../../../src/core/decorations.ts';

const row = (button: Button) => ((toKeyboard([button], '900').keyboard?.['BUTTONS'] ?? []) as readonly object[])[0];
const say: Button = { type: 'say', label: 'Да', text: 'да' };
const shown = { TEXT: 'Да', DISPLAY: 'LINE' };

describe('a button', () => {
  const rows: readonly [string, Button, object | undefined][] = [
    [
      'that writes into the field',
      { type: 'put', label: 'Да', text: '[b]x' },
      { ...shown, ACTION: 'PUT', ACTION_VALUE: '[\u2060b]x' },
    ],
    [
      'that copies, unchanged',
      { type: 'copy', label: 'Да', text: '[b]x' },
      { ...shown, ACTION: 'COPY', ACTION_VALUE: '[b]x' },
    ],
    [
      'that opens a dialog',
      { type: 'dialog', label: 'Да', dialogId: 'chat5' },
      { ...shown, ACTION: 'DIALOG', ACTION_VALUE: 'chat5' },
    ],
    ['to no dialog is left out', { type: 'dialog', label: 'Да', dialogId: '../x' }, undefined],
    [
      'in colours',
      { ...say, color: '#ff0000', textColor: '#fff', offColor: '#eee', offTextColor: '#111' },
      {
        ...shown,
        ACTION: 'SEND',
        ACTION_VALUE: 'да',
        BG_COLOR: '#ff0000',
        TEXT_COLOR: '#fff',
        OFF_BG_COLOR: '#eee',
        OFF_TEXT_COLOR: '#111',
      },
    ],
    [
      "in one of the portal's colours",
      { ...say, color: 'alert' },
      { ...shown, ACTION: 'SEND', ACTION_VALUE: 'да', BG_COLOR_TOKEN: 'alert' },
    ],
    ['in an unknown colour has none', { ...say, color: 'url(x)' }, { ...shown, ACTION: 'SEND', ACTION_VALUE: 'да' }],
    [
      'that is wide, off, and for phones',
      { ...say, width: 200, isDisabled: true, device: 'mobile' },
      { ...shown, ACTION: 'SEND', ACTION_VALUE: 'да', WIDTH: 200, DISABLED: 'Y', CONTEXT: 'MOBILE' },
    ],
    [
      'for one press',
      { type: 'command', label: 'Да', command: 'x', params: '', isOnce: true },
      { ...shown, COMMAND: 'x', COMMAND_PARAMS: '', BLOCK: 'Y' },
    ],
    [
      'that says something is never for one press',
      { ...say, isOnce: true },
      { ...shown, ACTION: 'SEND', ACTION_VALUE: 'да' },
    ],
  ];
  it.each(rows)('%s', (_, button, expected) => {
    expect(row(button)).toEqual(expected);
  });

  it('stands beside the one before it where it says so', () => {
    const buttons = toKeyboard([say, { ...say, joinsRow: true }, say], '900').keyboard?.['BUTTONS'];
    expect((buttons as readonly Record<string, string>[]).map((one) => one['TYPE'] ?? 'button')).toEqual([
      'button',
      'button',
      'NEWLINE',
      'button',
    ]);
  });

  it('counts with what the portal escapes: slashes, and the signs of HTML in addresses', () => {
    const url = `https://a.example/${'&/'.repeat(900)}`;
    const many = Array.from({ length: 60 }, (): Button => ({ type: 'link', label: 'x', url }));
    const { keyboard, isCut } = toKeyboard(many, '900');
    const stored = JSON.stringify(keyboard).replaceAll('/', '\\/').replaceAll('&', '&amp;');
    expect([isCut, stored.length < 60_000]).toEqual([true, true]);
  });
});

describe('a menu', () => {
  it('has entries that say, open and run, and none of the looks of buttons', () => {
    const entries: Button[] = [
      { ...say, color: 'alert', width: 5, device: 'desktop' },
      { type: 'link', label: 'Сайт', url: 'https://a.example/' },
      { type: 'command', label: 'Помощь', command: 'help', params: '', isDisabled: true },
    ];
    expect(toMenu(entries, '900')).toEqual({
      isCut: false,
      menu: {
        BOT_ID: 900,
        ITEMS: [
          { TEXT: 'Да', ACTION: 'SEND', ACTION_VALUE: 'да', CONTEXT: 'DESKTOP' },
          { TEXT: 'Сайт', LINK: 'https://a.example/' },
          { TEXT: 'Помощь', COMMAND: 'help', COMMAND_PARAMS: '', DISABLED: 'Y' },
        ],
      },
    });
  });

  it('leaves out what cannot be an entry, and says so', () => {
    expect(toMenu([{ type: 'link', label: 'x', url: 'javascript:x' }], '900')).toEqual({ menu: null, isCut: true });
  });
});

describe('a card', () => {
  const blocks: readonly [string, CardBlock, object | undefined, boolean][] = [
    ['a text', { type: 'text', text: '[b]x' }, { MESSAGE: '[\u2060b]x' }, false],
    [
      'a link',
      {
        type: 'link',
        url: 'https://a.example/',
        name: 'x',
        description: 'd',
        preview: 'https://a.example/p.png',
        width: 5,
      },
      { LINK: { LINK: 'https://a.example/', NAME: 'x', DESC: 'd', PREVIEW: 'https://a.example/p.png', WIDTH: 5 } },
      false,
    ],
    ['a private link', { type: 'link', url: 'http://10.0.0.1/', name: 'x' }, undefined, true],
    [
      'a person',
      { type: 'person', name: 'Анна', avatar: 'javascript:x', leadsTo: { userId: '5' } },
      { USER: { NAME: 'Анна', USER_ID: 5 } },
      false,
    ],
    [
      'a person elsewhere',
      { type: 'person', name: 'Анна', leadsTo: { url: 'https://a.example/' } },
      { USER: { NAME: 'Анна', LINK: 'https://a.example/' } },
      false,
    ],
    [
      'facts',
      {
        type: 'facts',
        display: 'table',
        facts: [
          { name: 'a', value: 'b', color: 'alert', chatId: '7' },
          { name: '', value: ' ' },
        ],
      },
      { GRID: [{ NAME: 'a', VALUE: 'b', DISPLAY: 'TABLE', COLOR_TOKEN: 'alert', CHAT_ID: 7 }] },
      false,
    ],
    [
      'a picture',
      { type: 'image', url: 'https://a.example/i.png', name: 'x', width: 5, height: 6 },
      { IMAGE: { LINK: 'https://a.example/i.png', NAME: 'x', WIDTH: 5, HEIGHT: 6 } },
      false,
    ],
    [
      'a file',
      { type: 'file', url: 'https://a.example/f.pdf', name: 'f.pdf', size: 7 },
      { FILE: { LINK: 'https://a.example/f.pdf', NAME: 'f.pdf', SIZE: 7 } },
      false,
    ],
    ['a line', { type: 'divider', color: '#ccc' }, { DELIMITER: { SIZE: 200, COLOR: '#ccc' } }, false],
    ['a long text', { type: 'text', text: 'x'.repeat(6_000) }, { MESSAGE: 'x'.repeat(5_000) }, true],
  ];
  const bare: Card = { title: '', url: null, image: null, facts: [] };

  it.each(blocks)('of %s', (_, block, expected, isCut) => {
    const fitted = toAttach([{ ...bare, blocks: [block], color: 'primary' }]);
    expect(fitted).toEqual({
      attach: expected === undefined ? null : { ID: 1, COLOR_TOKEN: 'primary', BLOCKS: [expected] },
      isCut,
    });
  });
});
