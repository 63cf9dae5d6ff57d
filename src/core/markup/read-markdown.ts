/**
 * Reads Markdown as language models and messengers write it: CommonMark's emphasis, links, code, quotations, headings and lists, and
 * GitHub's `~~`. A line break ends the line, as in a chat. Takes time in proportion to the text.
 */
import { type Markup, type MarkupNode, maxDepth } from './markup.ts';
import { readInlineMarkdown } from './read-markdown-inline.ts';

export function readMarkdown(markdown: string): Markup {
  return readBlocks(markdown.replaceAll('\r\n', '\n').split('\n'), 0);
}

const fence = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const quote = /^ {0,3}> ?/;
const item = /^( *)(?:([-*+])|(\d{1,9})[.)])(?:[ \t]+(.*))?$/;
const rule = /^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;

/** How a horizontal rule is shown. */
const shownRule = '———';

interface Block {
  /** Empty: the block shows nothing. */
  readonly nodes: Markup;
  /** The first line after it. */
  readonly next: number;
}

function readBlocks(lines: readonly string[], depth: number): Markup {
  const nodes: MarkupNode[] = [];
  let text: string[] = [];
  const flush = (isLast: boolean): void => {
    // Empty lines around blocks only separate them.
    const between = trimLines(text, nodes.length > 0, !isLast);
    if (between.length > 0) for (const node of readInlineMarkdown(between.join('\n'))) nodes.push(node);
    text = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const block = depth < maxDepth ? blockAt(lines, at, line, depth) : null;
    if (block === null) {
      text.push(rule.test(line) ? shownRule : line);
      at += 1;
      continue;
    }
    flush(false);
    for (const node of block.nodes) nodes.push(node);
    at = block.next;
  }
  flush(true);
  return nodes;
}

function trimLines(lines: readonly string[], atStart: boolean, atEnd: boolean): readonly string[] {
  let [from, to] = [0, lines.length];
  while (atStart && from < to && lines[from]?.trim() === '') from += 1;
  while (atEnd && to > from && lines[to - 1]?.trim() === '') to -= 1;
  return lines.slice(from, to);
}

function blockAt(lines: readonly string[], at: number, line: string, depth: number): Block | null {
  const opening = fence.exec(line)?.[1];
  if (opening !== undefined) return readCode(lines, at, opening);
  const title = heading.exec(line);
  if (title !== null) {
    const children = readInlineMarkdown((title[2] ?? '').replace(/(?:^|[ \t])#{1,20}[ \t]*$/, '').trim());
    const level = title[1]?.length ?? 1;
    return { nodes: children.length === 0 ? [] : [{ type: 'heading', level, children }], next: at + 1 };
  }
  if (quote.test(line)) return readQuote(lines, at, depth);
  return !rule.test(line) && item.test(line) ? readList(lines, at, depth) : null;
}

/** Without an ending, the rest of the text is code: an answer that was cut off ends like that. */
function readCode(lines: readonly string[], at: number, opening: string): Block {
  const [sign = '`'] = opening;
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = (lines[next] ?? '').trim();
    if (line.length >= opening.length && line === sign.repeat(line.length)) break;
  }
  const text = lines.slice(at + 1, next).join('\n');
  return { nodes: [{ type: 'code', isBlock: true, text }], next: next + 1 };
}

function readQuote(lines: readonly string[], at: number, depth: number): Block {
  const quoted: string[] = [];
  let next = at;
  for (; next < lines.length && quote.test(lines[next] ?? ''); next += 1) {
    quoted.push((lines[next] ?? '').replace(quote, ''));
  }
  return { nodes: [{ type: 'quote', isWhole: false, children: readBlocks(quoted, depth + 1) }], next };
}

/** Lines that are indented further than the item's sign belong to the item. */
function readList(lines: readonly string[], at: number, depth: number): Block {
  const first = item.exec(lines[at] ?? '');
  const indent = first?.[1]?.length ?? 0;
  const start = first?.[3] === undefined ? null : Number(first[3]);
  const items: string[][] = [];
  let next = at;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    const found = item.exec(line);
    const isOwn = found !== null && (found[1]?.length ?? 0) <= indent + 1 && !rule.test(line);
    if (isOwn && (found[3] === undefined) === (start === null)) items.push([found[4] ?? '']);
    else if (!isOwn && isBelow(line, indent)) items.at(-1)?.push(line.replace(/^\s{1,4}/, ''));
    else if (line.trim() !== '' || !continues(lines[next + 1], indent)) break;
    else items.at(-1)?.push('');
  }
  const read = items.map((own) => readBlocks(trimLines(own, true, true), depth + 1));
  return { nodes: [{ type: 'list', start, items: read }], next };
}

/** Indented further than the sign of an item. */
function isBelow(line: string, indent: number): boolean {
  return line.trim() !== '' && /^[ \t]/.test(line) && line.search(/\S/) > indent;
}

/** Whether the list goes on after an empty line. */
function continues(line: string | undefined, indent: number): boolean {
  return line !== undefined && (isBelow(line, indent) || (item.test(line) && !rule.test(line)));
}
