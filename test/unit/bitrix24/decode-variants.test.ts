/** Events as old and new portals send them: mentions without MENTIONED_LIST, several commands, foreign bots, marks of line messages. */
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import type { LaneBot } from '../../../src/bitrix24/events/read-params.ts';
import type { PortalEvent } from '../../../src/core/events.ts';
import { fixture, formOf } from '../../support/fixtures.ts';

type Message = PortalEvent & { type: 'message' };

/** The pairs of a recorded event with some taken out by the start of their name, and others added. */
function altered(name: string, without: readonly string[], added: readonly string[] = []): Buffer {
  const kept = fixture(name).pairs.filter((pair) => !without.some((start) => pair.startsWith(start)));
  return formOf([...kept, ...added]);
}

function only(body: Buffer, code: string): PortalEvent {
  const decoded = decodeEvent(body, lane(code));
  if (decoded.kind !== 'chat' || decoded.events.length !== 1) throw new Error(JSON.stringify(decoded));
  return decoded.events[0] as PortalEvent;
}

/** The bot of a lane whose id in the portal is not known. */
const lane = (code: string): LaneBot => ({ code, id: null });

const codeIn = (name: string): string =>
  fixture(name)
    .pairs.find((pair) => /^data\[(BOT|COMMAND)\]\[\d+\]\[BOT_CODE\]=/.test(pair))
    ?.split('=')[1] ?? '';
const idIn = (name: string): string =>
  fixture(name)
    .pairs.find((pair) => /^data\[(BOT|COMMAND)\]\[\d+\]\[BOT_ID\]=/.test(pair))
    ?.split('=')[1] ?? '';

describe('a group message of a portal that sends no MENTIONED_LIST', () => {
  const name = 'v1-onimbotmessageadd-group-mention';
  const list = 'data[PARAMS][MENTIONED_LIST]';
  const toUser = 'data[PARAMS][TO_USER_ID]';
  const original = 'data[PARAMS][MESSAGE_ORIGINAL]';
  const mentions = (body: Buffer): boolean => (only(body, codeIn(name)) as Message).mentionsBot;

  it('means the bot by the tag in its original text, whoever is named first', () => {
    const text = `${original}=[USER=5]A[/USER] и [USER=${idIn(name)} REPLACE]B[/USER], что?`;
    expect(mentions(altered(name, [list]))).toBe(true);
    expect(mentions(altered(name, [list, toUser, original], [`${toUser}=5`, text]))).toBe(true);
    expect(
      mentions(altered(name, [list, toUser, original], [`${toUser}=5`, `${original}=[USER=5]A[/USER] что?`])),
    ).toBe(false);
    expect(mentions(altered(name, [list, original], [`${original}=[user=all]Все[/user] что?`]))).toBe(false);
  });

  it('means the bot by TO_USER_ID where there is not even an original text', () => {
    expect(mentions(altered(name, [list, original, toUser], [`${toUser}=${idIn(name)}`]))).toBe(true);
    expect(mentions(altered(name, [list, original, toUser], [`${toUser}=5`]))).toBe(false);
  });
});

describe('an edit in a group', () => {
  it('tells whether its new text means the bot', () => {
    const name = 'v1-onimbotmessageadd-group-mention';
    const rename = (body: Buffer): Buffer =>
      Buffer.from(body.toString().replace('ONIMBOTMESSAGEADD', 'ONIMBOTMESSAGEUPDATE'));
    const edit = (body: Buffer): PortalEvent => only(rename(body), codeIn(name));
    expect(edit(altered(name, []))).toMatchObject({ type: 'message_edited', mentionsBot: true });
    const without = altered(
      name,
      ['data[PARAMS][MENTIONED_LIST]', 'data[PARAMS][MESSAGE_ORIGINAL]'],
      ['data[PARAMS][MESSAGE_ORIGINAL]=уже без упоминания'],
    );
    expect(edit(without)).toMatchObject({ type: 'message_edited', mentionsBot: false });
  });
});

describe('an event that names only other bots', () => {
  it.each([
    'v1-onimbotmessageadd-private',
    'v1-onimbotmessageadd-openline',
    'v1-onimbotmessageupdate-private',
    'v1-onimbotmessagedelete-group',
    'v1-onimbotjoinchat-group',
    'v1-onimbotcontextget',
    'v1-onimcommandadd-group',
  ])('is for none of ours: %s', (name) => {
    expect(decodeEvent(altered(name, []), lane('bridge_other'))).toEqual({
      kind: 'nothing',
      reason: 'not_for_this_bot',
    });
    expect(decodeEvent(altered(name, []), lane(codeIn(name))).kind).toBe('chat');
  });

  it('is for the bot of its id where that has no code', () => {
    const name = 'v1-onimbotmessageadd-private';
    const id = idIn(name);
    const nameless = altered(name, [`data[BOT][${id}][BOT_CODE]`]);
    expect(decodeEvent(nameless, { code: 'bridge_other', id }).kind).toBe('chat');
    expect(decodeEvent(nameless, { code: 'bridge_other', id: `${id}1` }).kind).toBe('nothing');
    // Its lane was chosen by an id that the portal has taken from the bot since.
    expect(decodeEvent(nameless, lane('bridge_other')).kind).toBe('chat');
  });
});

describe('a message of a chat that is neither private nor an Open Channel', () => {
  const name = 'v1-onimbotmessageadd-group-mention';
  const types = ['data[PARAMS][MESSAGE_TYPE]', 'data[PARAMS][CHAT_TYPE]'];

  it.each(['C', 'O', 'S', 'N', 'J', 'T', 'A', 'B', 'X', 'Z'])(
    'is one of a group, of the type %s as of any other',
    (letter) => {
      const body = altered(
        name,
        types,
        types.map((key) => `${key}=${letter}`),
      );
      expect((only(body, codeIn(name)) as Message).chat).toMatchObject({ kind: 'group', dialogId: 'chat1157' });
    },
  );
});

describe('a command', () => {
  const name = 'v1-onimcommandadd-keyboard-button';

  it.each([
    ['KEYBOARD', 'keyboard'],
    ['MENU', 'menu'],
    ['TEXTAREA', 'text'],
    ['SOMETHING', 'text'],
  ])('of the context %s comes by %s', (context, via) => {
    const key = 'data[COMMAND][103][COMMAND_CONTEXT]';
    expect(only(altered(name, [key], [`${key}=${context}`]), codeIn(name))).toMatchObject({ type: 'command', via });
  });
});

describe('a message with several commands', () => {
  const name = 'v1-onimcommandadd-private';
  const entry = (id: number, command: string, given = '', code = codeIn(name)): string[] => [
    `data[COMMAND][${id}][BOT_ID]=${idIn(name)}`,
    `data[COMMAND][${id}][BOT_CODE]=${code}`,
    `data[COMMAND][${id}][COMMAND]=${command}`,
    `data[COMMAND][${id}][COMMAND_PARAMS]=${given}`,
    `data[COMMAND][${id}][COMMAND_CONTEXT]=TEXTAREA`,
    `data[COMMAND][${id}][MESSAGE_ID]=700`,
  ];
  const body = (text: string, ...entries: string[][]): Buffer =>
    altered(name, ['data[COMMAND]', 'data[PARAMS][MESSAGE]='], [`data[PARAMS][MESSAGE]=${text}`, ...entries.flat()]);

  it('is as many events, in order, and none of them looks like another', () => {
    const decoded = decodeEvent(body('/help\n/bot now', entry(1, 'help'), entry(2, 'bot', 'now')), lane(codeIn(name)));
    expect(decoded).toMatchObject({
      events: [
        { type: 'command', command: 'help', messageId: '700' },
        { type: 'command', command: 'bot', params: 'now', messageId: '700.c1' },
      ],
    });
    expect(JSON.stringify(decoded)).not.toContain('beside');
  });

  it('gives the id of the message to what a brain hears of it: the text beside the commands, else the first command', () => {
    const ids = (text: string): unknown => {
      const decoded = decodeEvent(body(text, entry(1, 'help'), entry(2, 'bot')), lane(codeIn(name)));
      return decoded.kind === 'chat' ? decoded.events.map((event) => 'messageId' in event && event.messageId) : null;
    };
    expect(ids('/help\n/bot')).toEqual(['700', '700.c1']);
    expect(ids('/help\n/bot\nВопрос')).toEqual(['700.c0', '700']);
  });

  it('takes no line for a command that the portal does not: it tells capitals from small letters', () => {
    const decoded = decodeEvent(body('/help\n/Help me please', entry(1, 'help')), lane(codeIn(name)));
    expect(decoded).toMatchObject({ events: [{ command: 'help', restText: '/Help me please' }] });
  });

  it('keeps the text on the other lines, for the last one', () => {
    const decoded = decodeEvent(
      body('Привет!\n/help\nСколько стоит?\n/bot', entry(1, 'help'), entry(2, 'bot')),
      lane(codeIn(name)),
    );
    expect(decoded).toMatchObject({
      events: [{ command: 'help' }, { command: 'bot', restText: 'Привет!\nСколько стоит?' }],
    });
  });

  it('leaves the commands of other bots to them', () => {
    const foreign = entry(2, 'echo', 'x', 'other_bot');
    const decoded = decodeEvent(body('/help\n/echo x', entry(1, 'help'), foreign), lane(codeIn(name)));
    expect(decoded).toMatchObject({ events: [{ command: 'help' }] });
    expect(JSON.stringify(decoded)).not.toContain('echo');
  });
});

describe('a message of an Open Channel', () => {
  const name = 'v1-onimbotmessageadd-openline-operator';
  const marks = (...added: string[]): Message => {
    const starts = added.map((pair) => `${pair.split('=')[0] ?? ''}=`);
    return only(altered(name, starts, added), codeIn(name)) as Message;
  };
  const param = (key: string, value: string): string => `data[PARAMS][${key}]=${value}`;

  it('shows who leads the session', () => {
    expect(marks(param('CHAT_AUTHOR_ID', '27')).chat.line?.leaderId).toBe('27');
    expect(marks(param('CHAT_AUTHOR_ID', '0')).chat.line?.leaderId).toBe('0');
    expect(marks(param('CHAT_AUTHOR_ID', '')).chat.line).not.toHaveProperty('leaderId');
  });

  it('shows nobody where the bot itself leads, whose id nobody else may know yet', () => {
    expect(marks(param('CHAT_AUTHOR_ID', idIn(name))).chat.line?.leaderId).toBe('0');
  });

  it('is for another bot that leads if that one hears it too', () => {
    const other = ['data[BOT][99][BOT_ID]=99', 'data[BOT][99][BOT_CODE]=acme_second'];
    expect(marks(param('CHAT_AUTHOR_ID', '99'), ...other).otherBotLeads).toBe(true);
    for (const leader of ['0', idIn(name), '27']) {
      expect(marks(param('CHAT_AUTHOR_ID', leader), ...other)).not.toHaveProperty('otherBotLeads');
    }
    expect(marks(param('CHAT_AUTHOR_ID', '99'))).not.toHaveProperty('otherBotLeads');
  });

  it('of a customer is never hidden, not in the silent mode of the operators either', () => {
    const silent = [param('SILENT_CONNECTOR', 'Y'), param('CHAT_ENTITY_DATA_3', 'Y')];
    const starts = silent.map((pair) => `${pair.split('=')[0] ?? ''}=`);
    const client = 'v1-onimbotmessageadd-openline';
    expect(only(altered(client, starts, silent), codeIn(client))).toMatchObject({ isHidden: false });
  });

  it.each(['ONIMBOTMESSAGEUPDATE', 'ONIMBOTMESSAGEDELETE'])(
    'shows in %s by a stored mark that it is a note',
    (event) => {
      const change = (...added: string[]): PortalEvent => {
        const without = [
          'data[PARAMS][FROM_USER_ID]',
          'data[PARAMS][SILENT',
          'data[PARAMS][CHAT_ENTITY_DATA_3]',
          'data[USER]',
        ];
        const body = altered(name, without, added).toString().replace('ONIMBOTMESSAGEADD', event);
        return only(Buffer.from(body), codeIn(name));
      };
      expect(change()).not.toHaveProperty('isHidden');
      expect(change(param('CHAT_ENTITY_DATA_3', 'Y'))).not.toHaveProperty('isHidden');
      expect(change(param('PARAMS][COMPONENT_ID', 'HiddenMessage'))).toMatchObject({ isHidden: true });
    },
  );

  it('is a hidden note by its own mark or by the silent mode of the chat, unless it is sent out all the same', () => {
    expect(marks().isHidden).toBe(false);
    expect(marks(param('PARAMS][COMPONENT_ID', 'HiddenMessage')).isHidden).toBe(true);
    expect(marks(param('SILENT_CONNECTOR', 'Y')).isHidden).toBe(true);
    expect(marks(param('CHAT_ENTITY_DATA_3', 'Y')).isHidden).toBe(true);
    expect(marks(param('CHAT_ENTITY_DATA_3', 'Y'), param('IMPORTANT_CONNECTOR', 'Y')).isHidden).toBe(false);
  });

  it('calls a person with a bare 0 and with nothing else', () => {
    const calls = (text: string): boolean | undefined => marks(param('MESSAGE', text)).callsPerson;
    expect([' 0 ', '0', '[b]0[/b]', '00', '0!', '', '\u00a00'].map(calls)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('tells of its author whether he is from outside', () => {
    expect(marks().author.isExtranet).toBe(false);
    expect(marks('data[USER][IS_EXTRANET]=Y').author.isExtranet).toBe(true);
  });
});
