/** Formats verdicts as a table. */
import type { Figure, Verdict } from './figures.ts';

const heads = ['measure', 'subject', 'median', 'peer', 'median', 'ratio', 'bar', 'verdict', 'note'] as const;

/** The verdicts, one per row, columns aligned. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = [heads, ...verdicts.map(rowOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        isNumeric(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.join('\n');
}

const isNumeric = (column: number): boolean => column === 2 || column === 4 || column === 5;

function rowOf({ measure, figure, peer, ratio, bar, isPassed }: Verdict): readonly string[] {
  return [
    measure,
    figure.subject,
    amount(figure),
    peer?.subject ?? '',
    peer === null ? '' : amount(peer),
    ratio === null ? '' : `${ratio.toFixed(2)} ×`,
    bar,
    isPassed === null ? '' : isPassed ? 'pass' : 'MISS',
    figure.note,
  ];
}

function amount({ median, unit }: Figure): string {
  return `${median.toLocaleString('en', { maximumFractionDigits: median < 100 ? 1 : 0 })} ${unit}`;
}
