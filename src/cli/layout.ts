/** Lays out what commands print for people: aligned tables, labelled facts, wrapped sentences, at most 100 columns wide. */

/** Columns of a page. */
export const pageWidth = 100;

const gap = '  ';
/** A column narrower than this is not worth reading. */
const narrowest = 8;

export interface Column {
  readonly title: string;
  /** Ids and other things to be copied: never broken over two lines, even where the page gets wider than it should. */
  readonly isWhole?: boolean;
}

/** An aligned table; columns that do not fit are wrapped. Without rows: an empty text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ''): string {
  if (rows.length === 0) return '';
  const cells = [columns.map((column) => column.title), ...rows.map((row) => row.map(printable))];
  const widths = fitted(columns, cells, pageWidth - indent.length);
  return cells.map((row) => layRow(row, widths, indent)).join('\n');
}

/** Labels and what belongs to them, aligned. */
export function facts(pairs: readonly (readonly [string, string])[], indent = ''): string {
  const labels = pairs.map(([label]) => label.length);
  const label = Math.min(Math.max(0, ...labels), 40);
  const rest = pageWidth - indent.length - label - gap.length;
  return pairs.map(([name, value]) => layRow([name, printable(value)], [label, rest], indent)).join('\n');
}

/** A sentence broken at its spaces, every line indented. */
export function wrap(sentence: string, indent: string, width = pageWidth): string {
  return breakText(printable(sentence), width - indent.length)
    .map((line) => `${indent}${line}`)
    .join('\n');
}

/** `2026-07-01 12:00:05`, in UTC; a dash for nothing. */
export function moment(at: Date | null): string {
  return at === null ? '-' : at.toISOString().slice(0, 19).replace('T', ' ');
}

/** What came from outside must not steer the terminal: control characters become spaces. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trimEnd();
}

/** Takes from the widest column that may be wrapped, until the row fits or nothing is left to take. */
function fitted(columns: readonly Column[], cells: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const available = width - gap.length * (columns.length - 1);
  while (widths.reduce((total, one) => total + one, 0) > available) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const size = column.isWhole === true ? 0 : (widths[index] ?? 0);
      if (size > narrowest && size > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function layRow(row: readonly string[], widths: readonly number[], indent: string): string {
  const columns = row.map((cell, index) => breakText(cell, Math.max(1, widths[index] ?? cell.length)));
  const height = Math.max(1, ...columns.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, line) =>
    columns.map((cell, index) => (cell[line] ?? '').padEnd(widths[index] ?? 0)).join(gap),
  );
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}

function breakText(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  lines.push(rest);
  return lines;
}
