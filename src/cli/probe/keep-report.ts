/** The report of a probe: printed as tables, and kept as JSON where only the app's own user can read it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Answer } from '../framework/command.ts';
import { table } from '../framework/layout.ts';
import type { Probed } from './ask-portal.ts';
import type { Difference } from './expectations.ts';

export interface ProbeReport {
  readonly portal: string;
  /** Only of a probe of a portal. */
  readonly domain?: string;
  /** Only of a probe of a connection: its id, and the name of its brain. */
  readonly connection?: string;
  readonly brain?: string;
  readonly at: string;
  readonly probed: readonly Probed[];
  readonly differences: readonly Difference[];
}

/** @param about names the file, together with the time */
export async function keepReport(dataDir: string, about: string, report: ProbeReport): Promise<Answer> {
  const folder = resolve(dataDir, 'probes');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${`${about}-${report.at}`.replaceAll(/[^\w.-]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  return {
    data: { ...report, file },
    text: `${describe(report.probed)}\n\n${describeDifferences(report.differences)}\n\nKept in ${file}`,
  };
}

function describe(probed: readonly Probed[]): string {
  const rows = probed.map(({ question, method, outcome }) => [question, method, outcome]);
  return table(['question', 'asked', 'outcome'], rows);
}

function describeDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'As assumed: nothing has to be set or changed.';
  const rows = differences.map(({ question, found, assumed, follows }) => [question, found, assumed, follows]);
  return table(['differs', 'found', 'assumed', 'what follows'], rows);
}
