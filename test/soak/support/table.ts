/** The verdicts of all runs as one table. */
import type { SoakResult } from './run-in-child.ts';

const heads = ['run', 'what', 'figure', 'bar', 'verdict'] as const;

export function tableOf(results: readonly SoakResult[]): string {
  const rows: (readonly string[])[] = [heads];
  for (const { soak, verdicts, seconds } of results) {
    for (const { what, figure, bar, isPassed } of verdicts) {
      rows.push([soak.name, what, figure, bar, bar === '' ? '' : isPassed ? 'pass' : 'MISS']);
    }
    rows.push([soak.name, 'time taken', `${seconds} s`, '', '']);
  }
  const widths = heads.map((_, column) => Math.min(110, Math.max(...rows.map((row) => row[column]?.length ?? 0))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.join('\n');
}
