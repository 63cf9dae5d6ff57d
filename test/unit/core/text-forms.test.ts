/** In which language a brain writes and reads, and what people and the brain get of it. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { Capabilities } from '../../../src/core/connector.ts';
import { type ChatKind, textReply } from '../../../src/core/events.ts';
import { bot, chat, from, message, talked } from '../../support/factories/plain-talk.ts';

const at = new Date('2026-11-21T06:00:00Z');

function shown(text: string, textForm: Capabilities['textForm'], kind: ChatKind = 'private') {
  const by = bot(textForm === undefined ? {} : { textForm });
  const { actions } = bridge(textReply(text), talked({ kind }), by, { at });
  return actions.flatMap(({ action }) => (action.type === 'send' ? [{ text: action.text, form: action.form }] : []));
}

describe('a text of the brain', () => {
  it.each([
    ['plain', '**a** [b]x[/b]', '**a** [b]x[/b]', undefined],
    [
      'markdown',
      '**a** [x](https://a.example) [b]y[/b]',
      '[b]a[/b] [url=https://a.example]x[/url] [\u2060b]y[\u2060/b]',
      'bbcode',
    ],
    ['html', '<b>a</b> &lt;b&gt;<br><a href="javascript:x">y</a>', '[b]a[/b] <b>\ny (javascript:x)', 'bbcode'],
    ['bbcode', '[b]a[/b] [user=all]все[/user] [user=5]Анна[/user]', '[b]a[/b] @все [user=5]Анна[/user]', 'bbcode'],
  ] as const)('in %s', (form, text, words, marked) => {
    expect(shown(text, form)).toEqual([{ text: words, form: marked }]);
  });

  it('is as it was for a brain that names no language', () => {
    expect(shown('**a**', undefined)).toEqual([{ text: '**a**', form: undefined }]);
  });

  it('is in the language that the message names, in an edit too', () => {
    const edit = { type: 'reply_edited', portalMessageId: '5', text: '**b**', cards: [], buttons: null } as const;
    const textOf = (form: 'plain' | 'markdown') =>
      [{ ...textReply('**a**'), form } as const, { ...edit, form } as const].map(
        (event) => bridge(event, talked(), bot({ textForm: 'plain' }), { at }).actions[0]?.action,
      );
    expect(textOf('markdown')).toMatchObject([
      { text: '[b]a[/b]', form: 'bbcode' },
      { text: '[b]b[/b]', form: 'bbcode' },
    ]);
    expect(textOf('plain')).toMatchObject([{ text: '**a**' }, { text: '**b**' }]);
  });

  it('reaches messengers in styles and links, and the rest in words', () => {
    const [said] = shown(
      '# Цены\n\n- **чай** 100\n- [сайт](https://a.example)\n\n> [Анна](mention:5) сказала',
      'markdown',
      'line',
    );
    expect(said?.text).toBe(
      '[b]Цены[/b]\n• [b]чай[/b] 100\n• [url=https://a.example]сайт[/url]\n>\u2060>@Анна сказала',
    );
  });

  it('is cut so that styles begin again', () => {
    const parts = shown(`**${'слово '.repeat(5_000).trim()}**`, 'markdown');
    expect(parts.length).toBe(2);
    for (const { text } of parts) expect(text).toMatch(/^\[b\][\s\S]*\[\/b\]\s*$/);
  });

  it('of a request to hand over is shown without its signs', () => {
    const { actions } = bridge({ type: 'handover', note: '**Сложно**' }, talked(), bot({ textForm: 'markdown' }), {
      at,
    });
    expect(actions.map(({ action }) => ('text' in action ? (action.text ?? '') : ''))).toContain('Сложно');
  });
});

describe('a message for the brain', () => {
  const written = {
    text: 'a* (https://a.example/) @Анна',
    markup: '[b]a*[/b] [url=https://a.example/]x[/url] [user=5]Анна[/user]',
  };

  it.each([
    [undefined, 'a* (https://a.example/) @Анна'],
    ['plain', 'a* (https://a.example/) @Анна'],
    ['markdown', '**a\\*** [x](https://a.example/) [@Анна](mention:5)'],
    ['html', '<b>a*</b> <a href="https://a.example/">x</a> <a href="mention:5">@Анна</a>'],
    ['bbcode', '[b]a*[/b] [url=https://a.example/]x[/url] [user=5]Анна[/user]'],
  ] as const)('that wants %s', (messageForm, text) => {
    const by = bot({ maxTextLength: 1_000, ...(messageForm === undefined ? {} : { messageForm }) });
    const { actions } = bridge(message(written), talked(), by, { at });
    expect(actions.map(({ action }) => ('text' in action ? (action.text ?? '') : ''))).toEqual([text]);
  });

  it('is escaped where it has no formatting, and cut where it is too long', () => {
    const by = bot({ messageForm: 'html' });
    const { actions } = bridge(message({ text: `<b> ${'я '.repeat(60)}` }), talked(), by, { at });
    const texts = actions.map(({ action }) => ('text' in action ? (action.text ?? '') : ''));
    expect(texts[0]).toMatch(/^&lt;b&gt;/);
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(100);
  });

  it('names the files the brain cannot take', () => {
    const files = [{ id: '5', name: 'a_b.png', kind: 'image' as const, size: 1 }];
    const by = bot({ messageForm: 'markdown', files: false });
    const { actions } = bridge(
      message({ text: 'вот', files, author: from('employee'), chat: chat('private') }),
      talked(),
      by,
      { at },
    );
    expect(actions.map(({ action }) => ('text' in action ? (action.text ?? '') : ''))).toEqual([
      'вот\n\\[Файл: a_b.png\\]',
    ]);
  });
});
