/** Lays out what commands print for people: tables, labelled facts, wrapped sentences, at most 100 columns wide where words allow it. */
import { Help } from '@commander-js/extra-typings';
import Table from 'cli-table3';

/** Columns of a page. */
export const pageWidth = 100;

const gap = '  ';
const borders = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
] as const;

const help = new Help();

/**
 * Aligned columns under their titles, without lines. Columns that do not fit are wrapped at spaces; a word is never broken, so that ids can
 * be copied, even where the page gets wider than it should. Without rows: an empty text.
 */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], indent = ''): string {
  return rows.length === 0 ? '' : columns([titles, ...rows], indent);
}

/** Labels with their values, in two columns. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  return columns(pairs, '');
}

/** Aligned columns without titles. */
export function columns(rows: readonly (readonly string[])[], indent: string): string {
  const cells = rows.map((row) => row.map(printable));
  const laid = new Table({
    chars: { ...Object.fromEntries(borders.map((border) => [border, ''])), middle: gap },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: fitted(cells, pageWidth - indent.length),
    wordWrap: true,
  });
  laid.push(...cells);
  return laid
    .toString()
    .split('\n')
    .map((line) => `${indent}${line}`.trimEnd())
    .join('\n');
}

/** A sentence broken at its spaces. */
export function wrap(sentence: string): string {
  return help.boxWrap(printable(sentence), pageWidth);
}

/** `2026-07-01 12:00:05`, in UTC; a dash for nothing. */
export function moment(at: Date | null): string {
  return at === null ? '-' : at.toISOString().slice(0, 19).replace('T', ' ');
}

/** What came from outside must not steer the terminal: control characters become spaces. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trimEnd();
}

/**
 * Narrows the widest column that is still wider than its longest word, until the row fits or no column can be narrowed. Null: the column keeps its
 * own width.
 */
function fitted(rows: readonly (readonly string[])[], width: number): (number | null)[] {
  const widest = (measure: (cell: string) => number): number[] =>
    (rows[0] ?? []).map((_, index) => Math.max(1, ...rows.map((row) => measure(row[index] ?? ''))));
  const natural = widest(widthOf);
  const least = widest((cell) => Math.max(...cell.split(' ').map(widthOf)));
  const widths = [...natural];
  const available = width - gap.length * (widths.length - 1);
  while (widths.reduce((total, one) => total + one, 0) > available) {
    const spare = widths.map((one, index) => (one > (least[index] ?? 0) ? one : 0));
    const index = spare.indexOf(Math.max(...spare));
    if (spare[index] === 0) break;
    widths[index] = (widths[index] ?? 0) - 1;
  }
  return widths.map((one, index) => (one === natural[index] ? null : one));
}

/** Columns of a terminal; characters that may take two of them count as two. */
const widthOf = (text: string): number => text.length + (text.match(/[\u1100-\uffdc]/gu)?.length ?? 0);
