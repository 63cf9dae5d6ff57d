/** What each language means, case by case. */
import { describe, expect, it } from 'vitest';
import { readMarkup, renderMarkup } from '../../../../src/core/markup/forms.ts';

const toBb = (text: string, form: 'markdown' | 'html' | 'bbcode'): string =>
  renderMarkup(readMarkup(text, form), 'bbcode');

describe('Markdown', () => {
  it.each([
    ['**a** _b_ ~~c~~ `d` <u>e</u>', '[b]a[/b] [i]b[/i] [s]c[/s] [code]d[/code] [u]e[/u]'],
    ['***both***', '[b][i]both[/i][/b]'],
    ['**a *b***', '[b]a [i]b[/i][/b]'],
    ['snake_case_name 2 * 3 2*3*4 **open', 'snake_case_name 2 * 3 2*3*4 **open'],
    ['\\*no\\* &lt;b&gt;', '*no* <b>'],
    [
      '[site](https://a.example/x_(1) "t") <https://b.example>',
      '[url=https://a.example/x_(1)]site[/url] [url]https://b.example[/url]',
    ],
    ['![cat](https://a.example/c.png)', '[img size=medium]https://a.example/c.png [/img]'],
    ['[x](javascript:alert(1)) [1] [y](mailto:a@b.example)', 'x (javascript:alert(1)) [1] y (a@b.example)'],
    [
      '[call](tel:+7%20495%20123) [@Anna](mention:27) [all](mention:all)',
      '[call=+7495123]call[/call] [user=27]Anna[/user] all (mention:all)',
    ],
    ['# Title #\n\ntext', '[b]Title[/b]\ntext'],
    ['> one\n> two\n\nrest', '>>one\n>>two\nrest'],
    ['a\n\n1. one\n2. two\n   - deep\n\nb', 'a\n1. one\n2. two\n    • deep\nb'],
    ['```js\nlet [b] = 1;\n```\nafter', '[code]let [b] = 1;[/code]\nafter'],
    ['```\ncut off', '[code]cut off[/code]'],
    ['a\n---\nb', 'a\n———\nb'],
    ['line\nline', 'line\nline'],
  ])('%s', (markdown, bb) => {
    expect(toBb(markdown, 'markdown')).toBe(bb);
  });
});

describe('HTML', () => {
  it.each([
    ['<p>Hello <strong>you</strong></p><p>there</p>', 'Hello [b]you[/b]\n\nthere'],
    ['<b>a</b>\n<i>b</i>', '[b]a[/b]\n[i]b[/i]'],
    ['a<br>\n  b', 'a\nb'],
    ['<ul><li>one<li>two<ol start="3"><li>x</ol></ul>', '• one\n• two\n    3. x'],
    ['<blockquote>q</blockquote>r', '>>q\nr'],
    ['<pre><code>a\n  b</code></pre>', '[code]a\n  b[/code]'],
    ['<a href="https://a.example?x=1&amp;y=2">l</a>', '[url=https://a.example?x=1&y=2]l[/url]'],
    ['<a href="javascript:alert(1)">x</a><script>alert(1)</script><style>a{}</style>', 'x (javascript:alert(1))'],
    [
      '<img src="https://a.example/1.png" alt="x" onerror="alert(1)">',
      '[img size=medium]https://a.example/1.png [/img]',
    ],
    ['<span style="color:#f00;font-size:40px">x</span>', '[color=#f00][size=30]x[/size][/color]'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a | b\nc'],
    ['<time datetime="2022-02-26T03:05:20Z">then</time>', '[timestamp=1645844720 format=FORMAT_DATETIME]'],
    ['1 < 2 &amp; 3 > 2 <!-- no --> <unknown>kept</unknown>', '1 < 2 & 3 > 2  kept'],
    ['<h2>T</h2>text', '[b]T[/b]\ntext'],
    ['<b>never ended', '[b]never ended[/b]'],
  ])('%s', (html, bb) => {
    expect(toBb(html, 'html')).toBe(bb);
  });
});

describe('BB code', () => {
  const plain = (bb: string): string => renderMarkup(readMarkup(bb, 'bbcode'), 'plain');

  it.each([
    ['a[i] = b[s]; [b]', 'a[i] = b[s]; [b]'],
    ['[b]bold [i]both[/b] rest[/i]', 'bold both rest'],
    ['[code][b]x[/b]\n>>y[/code]', '[b]x[/b]\n>>y'],
    ['[url=/crm/deal/5/]deal[/url]', 'deal (/crm/deal/5/)'],
    ['[call=+74951234567]phone[/call] [call]+74951234567[/call]', 'phone (+74951234567) +74951234567'],
    ['[timestamp=1645844720 format=SHORT_TIME_FORMAT]', '2022-02-26 03:05 UTC'],
    ['[icon=https://a.example/i.png size=20 title=Big rose] [disk=12]', '(Big rose) disk:12'],
    ['[send=/start]Go[/send] [put=/x]Try[/put]', 'Go Try'],
    ['[context=chat5/7]there[/context] [chat=5]Team[/chat] [user=all]All[/user]', 'there Team @All'],
    ['>>one\n>>two\nthree', '>>one\n>>two\nthree'],
    ['[constructor]x[/constructor] [__proto__]', '[constructor]x[/constructor] [__proto__]'],
  ])('%s', (bb, text) => {
    expect(plain(bb)).toBe(text);
  });

  it('keeps a whole quoted message, its rules and its lines', () => {
    const rule = '-'.repeat(54);
    const text = `${rule}\nAnna [12:00]\nhello\n${rule}\nanswer`;
    expect(readMarkup(text, 'bbcode')[0]).toMatchObject({ type: 'quote', isWhole: true });
    expect(toBb(text, 'bbcode')).toBe(text);
    expect(renderMarkup(readMarkup(text, 'bbcode'), 'markdown')).toBe('> Anna \\[12:00\\]\n> hello\n\nanswer');
  });

  it('lets a press say words only', () => {
    expect(toBb('[send=/bot]Go[/send] [send=yes]Yes[/send]', 'bbcode')).toBe('Go [send=yes]Yes[/send]');
  });
});
