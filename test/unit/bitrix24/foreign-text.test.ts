import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { executePortalAction } from '../../../src/bitrix24/execute-portal-action.ts';
import { toAttach } from '../../../src/bitrix24/formatting/attach.ts';
import { toKeyboard } from '../../../src/bitrix24/formatting/keyboard.ts';
import type { BatchedCalls } from '../../../src/bitrix24/rest/batched-calls.ts';
import { productCard } from '../../../src/brains/messagegateway/inbound/cards.ts';
import { escapeBb } from '../../../src/core/markup/bb-escape.ts';
import { noMoments } from '../../support/no-moments.ts';
import { openedFile } from '../../support/opened-file.ts';
import { openTagReader, type Rendered } from '../../support/tag-reader.ts';

/** Anything a portal of any version might take for a tag: a bracket and a name, open or closed, known or not. */
const tagLike = /\[\/?[a-z*]/i;
const quotation = /^(?:>>|-{6})/m;

const pieces = fc.oneof(
  fc.constantFrom(
    '[',
    ']',
    '[/',
    '=',
    ' ',
    '\n',
    '\r\n',
    '>>',
    '>',
    '------',
    '-',
    '*',
    'b',
    'url',
    'user',
    'USER',
    'img',
    'code',
  ),
  fc.constantFrom(
    '[b]',
    '[/b]',
    '[B]x[/B]',
    '[url=https://evil.example]',
    '[/url]',
    '[user=1]',
    '[/user]',
    '[send=/x]',
    '[put=x]',
  ),
  fc.constantFrom(
    '[br]',
    '[img]https://a/b.png [/img]',
    '[code]',
    '[timestamp=1 format=X]',
    '[disk=5]',
    '[b\n]',
    '[url =x]',
    '[new-tag]',
  ),
  fc.constantFrom('>>', '\n>>quote', '\n-------', '\u2060', '\u0000', '😀', 'текст', 'https://a.example/'),
  fc.string({ maxLength: 5 }),
);
const foreign = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(''));

let render: (source: string) => Rendered;
beforeAll(async () => {
  render = await openTagReader();
});

function expectPlain(shown: string): void {
  expect(shown).not.toMatch(tagLike);
  expect(shown).not.toMatch(quotation);
  expect(render(shown).elements).toEqual([]);
}

/** Everything a portal is asked to show for one action, by the name of the field. */
async function sentTexts(
  action: Parameters<typeof executePortalAction>[2],
  hasV2: boolean,
  dialogId = 'chat1',
): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const calls: BatchedCalls = {
    call: ({ params }) => {
      seen = params;
      return Promise.resolve(hasV2 ? { id: 1, messageId: 1 } : 1);
    },
  };
  const target = { portal: 'p', botId: '5', dialogId, hasV2, ourBots: [] };
  await executePortalAction(calls, target, action, {
    key: 'key',
    file: { content: openedFile('x') },
    signal: new AbortController().signal,
    moments: noMoments,
  });
  return seen;
}

describe('a line that begins like a command', () => {
  const text = 'Команды:\n/help – помощь\n/bot\n / x\n//\nпуть /a/b';
  const send = {
    type: 'send',
    text,
    buttons: [],
    cards: [],
    quoteOf: null,
    internal: false,
    remoteMessageId: null,
  } as const;
  const upload = {
    type: 'send_file',
    file: { id: '1', name: 'a', kind: 'file', size: 1 },
    text,
    remoteMessageId: null,
  } as const;
  const shown = async (action: typeof send | typeof upload, hasV2: boolean, dialogId: string): Promise<string> => {
    const params = await sentTexts(action, hasV2, dialogId);
    return String((params['fields'] as Record<string, unknown> | undefined)?.['message'] ?? params['MESSAGE']);
  };

  it.each([['a text', send] as const, ['a file', upload] as const])(
    'is none in a chat, beside %s',
    async (_, action) => {
      const seen = await shown(action, true, 'chat1');
      expect(seen).not.toMatch(/^\/[^ \n]/m);
      expect(seen.replaceAll('\u2060', '')).toBe(text);
      expect(seen).toContain('путь /a/b');
    },
  );

  it('stays as it is where the portal runs no commands of bots: in private, and through the first API', async () => {
    expect(await shown(send, true, '27')).toBe(text);
    expect(await shown(send, false, 'chat1')).toBe(text);
  });
});

describe('text from outside', () => {
  it('never becomes markup in a message, and keeps every visible character', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const shown = escapeBb(text);
        expectPlain(shown);
        expect(shown.replaceAll('\u2060', '')).toBe(text.replaceAll('\u2060', ''));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never becomes markup in a card: the bold title alone is ours', () => {
    fc.assert(
      fc.property(foreign, foreign, foreign, (title, name, value) => {
        // The portal takes no blocks without text.
        fc.pre(title.trim() !== '' && `${name}${value}`.trim() !== '');
        const card = { title, url: null, image: null, facts: [{ name, value }] };
        const attach = toAttach([card]).attach as {
          BLOCKS: [{ MESSAGE: string }, { GRID: [{ NAME: string; VALUE: string }] }];
        };
        const [{ MESSAGE }, { GRID }] = attach.BLOCKS;
        expect(render(MESSAGE).elements).toEqual(['strong']);
        expectPlain(MESSAGE.slice(3, -4));
        expectPlain(GRID[0].NAME);
        expectPlain(GRID[0].VALUE);
        const linked = toAttach([{ ...card, url: `https://a.example/${encodeURI(title.toWellFormed())}[b]x` }]).attach;
        const { NAME, LINK } = (linked as { BLOCKS: [{ LINK: { NAME: string; LINK: string } }] }).BLOCKS[0].LINK;
        expectPlain(NAME);
        expect(LINK).not.toMatch(tagLike);
      }),
    );
  });

  it('never becomes markup on a button, nor in what pressing it says in the name of the presser', () => {
    fc.assert(
      fc.property(foreign, foreign, (label, text) => {
        fc.pre(label.trim() !== '' && text.trim() !== '');
        const { keyboard } = toKeyboard([{ type: 'say', label, text }], '5');
        const [button] = (keyboard?.['BUTTONS'] ?? []) as unknown as [{ TEXT: string; ACTION_VALUE: string }];
        expectPlain(button.TEXT);
        expectPlain(button.ACTION_VALUE);
      }),
    );
  });

  it.each([true, false])('is escaped in every field that is sent (imbot.v2: %s)', async (hasV2) => {
    const evil = '[url=https://evil.example]bank[/url]\n>>said';
    const card = { title: evil, url: null, image: null, facts: [{ name: evil, value: evil }] };
    const buttons = [{ type: 'say' as const, label: evil, text: evil }];
    const said = { text: evil, buttons, cards: [card] };
    const send = { type: 'send' as const, ...said, quoteOf: null, internal: false, remoteMessageId: null };
    const actions = [send, { type: 'edit' as const, messageId: '1', ...said }];
    const sent = await Promise.all(actions.map((action) => sentTexts(action, hasV2)));
    if (hasV2) {
      const file = { id: '1', name: '[b]x[/b].png', kind: 'image' as const, size: null };
      sent.push(await sentTexts({ type: 'send_file', file, text: evil, remoteMessageId: null }, true));
    }
    // Of ours are the two halves of the bold titles.
    const ours = JSON.stringify(sent).replaceAll(/\[\/?b\](?!x)/g, '');
    expect(ours).not.toMatch(/\[\/?(?:url|b)/);
    expect(ours).not.toContain('>>');
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://a.example/',
    '//a.example/x',
    '/crm/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'https://[::1]/',
    'https://10.0.0.5/x',
    'http://192.168.1.1/admin?do=x',
    'http://169.254.169.254/latest',
    'http://localhost:8080/',
    'http://[::ffff:10.0.0.1]/',
    'https://user:pass@a.example/',
    `https://a.example/${'x'.repeat(3_000)}`,
  ])('leads nobody to %s', (address) => {
    const card = { title: 't', url: address, image: address, facts: [] };
    expect(JSON.stringify(toAttach([card]).attach)).not.toMatch(/LINK|IMAGE/);
    expect(toKeyboard([{ type: 'link', label: 'x', url: address }], '5').keyboard).toBeNull();
    expect(productCard({ name: 't', url: address, img: address }, 'en')).toMatchObject(
      address.includes('user:') ? {} : { url: null, image: null },
    );
  });

  it('may name public addresses and phones', () => {
    const { keyboard, textLines: lines } = toKeyboard(
      [
        { type: 'link', label: 'Site', url: 'https://a.example/x?y[0]=1' },
        { type: 'link', label: 'Call', url: 'tel:+79990001122' },
        { type: 'link', label: 'Mail', url: 'mailto:a@c.example' },
      ],
      '5',
    );
    expect(keyboard?.['BUTTONS']).toEqual([
      { TEXT: 'Site', DISPLAY: 'LINE', LINK: 'https://a.example/x?y%5B0%5D=1' },
      { TYPE: 'NEWLINE' },
      { TEXT: 'Call', DISPLAY: 'LINE', ACTION: 'CALL', ACTION_VALUE: '+79990001122' },
    ]);
    expect(lines).toEqual(['Mail: a@c.example']);
  });

  it('is cut before a keyboard or a card grows beyond what a portal takes', () => {
    const many = Array.from({ length: 2_000 }, () => ({ type: 'say' as const, label: 'l'.repeat(99), text: 't' }));
    expect(JSON.stringify(toKeyboard(many, '5').keyboard).length).toBeLessThan(60_000);
    const facts = Array.from({ length: 5_000 }, () => ({ name: 'n'.repeat(200), value: 'v'.repeat(200) }));
    const { attach } = toAttach([{ title: 't', url: null, image: null, facts }]);
    expect(JSON.stringify(attach).length).toBeLessThan(60_000);
    expect(attach).not.toBeNull();
  });
});
