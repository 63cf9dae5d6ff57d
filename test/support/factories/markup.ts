/** Formatted texts for property tests: trees that a language can express, and strings that look like markup. */
import fc from 'fast-check';
import { isBlockNode, type Markup, type MarkupNode } from '../../../src/core/markup/markup.ts';

/** Characters with a meaning in one of the markup languages, words, and line breaks. */
const words = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('слово', 'word', 'x', '7', 'a_b', '2*3', 'C#', '[1]', 'a[b]', '😀', ':)'),
      },
      fc.constantFrom(
        '*',
        '_',
        '`',
        '~~',
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '>>',
        '&',
        '&amp;',
        '#',
        '-',
        '------',
        '+',
        '1.',
      ),
      fc.constantFrom(
        '[b]',
        '[/b]',
        '[user=all]',
        '[url=x]',
        '[code]',
        '[/code]',
        '\\',
        '!',
        '|',
        '=',
        '/help',
        '<b>',
        '</b>',
      ),
      fc.constantFrom(' ', ' ', '\n'),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(' ').trim() || 'x');

const text = words.map((said): MarkupNode => ({ type: 'text', text: said }));
const name = fc.constantFrom('Анна', 'Bot', 'A [B]', 'x_y').map((said): MarkupNode => ({ type: 'text', text: said }));
const address = fc.constantFrom('https://a.example/', 'http://b.example/x?y=1&z=(2)', 'https://c.example/%5B1%5D');
const id = fc.constantFrom('5', '27', '123456');

const leaves = {
  text,
  code: fc
    .constantFrom('a[i] = 1', 'x', '`y`', '[/code]', '<b>', 'select *')
    .map((said): MarkupNode => ({ type: 'code', isBlock: false, text: said })),
  image: address.map((url): MarkupNode => ({ type: 'image', url, size: 'small', label: '' })),
  icon: address.map((url): MarkupNode => ({ type: 'icon', url, px: 20, title: 'Rose' })),
  timestamp: fc.constant<MarkupNode>({ type: 'timestamp', seconds: 1_645_844_720, format: 'SHORT_TIME_FORMAT' }),
  disk: id.map((given): MarkupNode => ({ type: 'disk', id: given })),
} as const;

const linked = fc.oneof(
  fc.tuple(address, name).map(([url, label]): MarkupNode => ({ type: 'link', url, children: [label] })),
  fc.tuple(id, name).map(([given, label]): MarkupNode => ({ type: 'user', id: given, children: [label] })),
  fc.tuple(id, name).map(([given, label]): MarkupNode => ({ type: 'chat', id: given, children: [label] })),
  name.map((label): MarkupNode => ({ type: 'context', target: 'chat5/7', children: [label] })),
  name.map((label): MarkupNode => ({ type: 'call', phone: '+74951234567', children: [label] })),
);

type Leaf = keyof typeof leaves;

/** Separates two blocks, because adjacent lists would be read as one. */
const between: MarkupNode = { type: 'text', text: 'и' };

/** Trees of these leaves and styles, with blocks between the lines. */
function treesOf(kinds: readonly Leaf[], styles: readonly ('bold' | 'italic' | 'underline' | 'strike')[]) {
  const leaf = fc.oneof(...kinds.map((kind) => leaves[kind]), text);
  const inline: fc.Arbitrary<MarkupNode> = fc.oneof(
    { weight: 3, arbitrary: leaf },
    linked,
    fc
      .tuple(fc.constantFrom(...styles), fc.array(fc.oneof(leaf, linked), { minLength: 1, maxLength: 3 }))
      .map(([type, children]): MarkupNode => ({ type, children })),
  );
  const line = fc.array(inline, { minLength: 1, maxLength: 4 });
  const block: fc.Arbitrary<MarkupNode> = fc.oneof(
    line.map((children): MarkupNode => ({ type: 'quote', isWhole: false, children })),
    fc
      .tuple(fc.constantFrom(null, 1, 3), fc.array(line, { minLength: 1, maxLength: 3 }))
      .map(([start, items]): MarkupNode => ({ type: 'list', start, items })),
    fc
      .constantFrom('x = 1\ny = [2]', '```\nz', '>>no quote\n------')
      .map((said): MarkupNode => ({ type: 'code', isBlock: true, text: said })),
  );
  return fc
    .array(
      fc.oneof(
        { weight: 2, arbitrary: line },
        block.map((one) => [one]),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map(
      (parts): Markup =>
        parts.flatMap((part, index) => (isBlockNode(part[0] ?? between) && index > 0 ? [between, ...part] : part)),
    );
}

const all = ['bold', 'italic', 'underline', 'strike'] as const;
export const bbTrees = treesOf(['text', 'code', 'image', 'icon', 'timestamp', 'disk'], all);
export const webTrees = treesOf(['text', 'code', 'image', 'disk'], all);

const pieces = fc.oneof(
  fc.constantFrom(
    '[b]',
    '[/b]',
    '[i]',
    '[/i]',
    '[url=https://a.example]',
    '[url=javascript:alert(1)]',
    '[url]',
    '[/url]',
  ),
  fc.constantFrom(
    '[user=all]',
    '[USER=all REPLACE]',
    '[user=5]',
    '[/user]',
    '[send=/bot]',
    '[/send]',
    '[put=/x]',
    '[/put]',
  ),
  fc.constantFrom(
    '[code]',
    '[/code]',
    '[img]',
    '[img size=small]',
    ' [/img]',
    '[icon=javascript:x]',
    '[disk=5]',
    '[br]',
  ),
  fc.constantFrom(
    '[size=99]',
    '[color=#f00]',
    '[/size]',
    '[/color]',
    '[constructor]',
    '[timestamp=1 format=X]',
    '[chat=5]',
  ),
  fc.constantFrom(
    '**',
    '*',
    '_',
    '~~',
    '`',
    '```',
    '\n',
    '\n> ',
    '\n- ',
    '\n1. ',
    '\n# ',
    '](',
    '[x](javascript:alert(1))',
    ')',
  ),
  fc.constantFrom(
    '[x](mention:all)',
    '[x](mention:5)',
    '[x](data:text/html,x)',
    '[x](https://a.example)',
    '<https://a.example>',
  ),
  fc.constantFrom(
    '<b>',
    '</b>',
    '<a href="javascript:alert(1)">',
    '<a href=mention:all>',
    '</a>',
    '<script>',
    '</script>',
  ),
  fc.constantFrom(
    '<ul>',
    '<li>',
    '</ul>',
    '<p>',
    '<br>',
    '<pre>',
    '</pre>',
    '<!--',
    '-->',
    '<img src="javascript:x" alt=y>',
  ),
  fc.constantFrom(
    '\n>>',
    '>>',
    '\n------\n',
    '/help',
    '\n/bot x',
    '&#91;b&#93;',
    '&lt;b&gt;',
    '\\',
    '\u2060',
    ' ',
    'слово',
    '😀',
  ),
  fc.string({ maxLength: 4 }),
);

/** Texts full of characters with a meaning in markup. */
export const hostileText = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
