/** Runs `probe --connection` for the connection of a stage, as an administrator would. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listConnections } from '../../../src/store/tenants/connections.ts';
import type { BrainStage } from '../../support/brain-stage.ts';
import { environmentOf, runCli } from './run-cli.ts';

export interface ProbeDifference {
  readonly question: string;
  readonly found: string;
  readonly follows: string;
}

export interface ProbeReport {
  readonly probed: readonly {
    readonly question: string;
    readonly method: string;
    readonly outcome: string;
    readonly answer: unknown;
  }[];
  readonly differences: readonly ProbeDifference[];
  /** What was told before anything was asked. */
  readonly told: string;
  /** The file, as it was kept. */
  readonly kept: string;
  /** Its permissions. */
  readonly mode: number;
}

type Stage = Pick<BrainStage, 'bridge' | 'databaseUrl' | 'db'> & { readonly connection?: string };

/** Of the stage's only connection, unless another one is named. Throws where the command fails. */
export async function probeStage(stage: Stage): Promise<ProbeReport> {
  const [row] = await listConnections(stage.db);
  const id = stage.connection ?? row?.id ?? 'none';
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  try {
    const environment = { ...environmentOf(stage), DATA_DIR: folder };
    const ran = await runCli(environment, ['probe', '--json', '--connection', id]);
    if (ran.code !== 0) throw new Error(`the probe failed: ${ran.out}${ran.err}`);
    const { file, ...report } = ran.json<ProbeReport & { readonly file: string }>();
    const { mode } = await stat(file);
    return { ...report, told: ran.err, kept: await readFile(file, 'utf8'), mode: mode & 0o777 };
  } finally {
    await rm(folder, { recursive: true });
  }
}
