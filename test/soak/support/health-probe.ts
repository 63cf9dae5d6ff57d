/** The probe of `/healthz`, which runs in a separate process. */
import { z } from 'zod';
import { startChild } from '../../../bench/support/child.ts';
import type { Endings } from '../../../bench/support/endings.ts';

const answerSchema = z.object({ worst: z.number(), asked: z.number(), failed: z.number() });

export type ProbeAnswer = z.output<typeof answerSchema>;

export interface HealthProbe {
  /** Probes the app on this port from now on. */
  aim(port: number): Promise<void>;
  /** The slowest answer since the last call in milliseconds, the number of requests, and how many of them failed. */
  worst(): Promise<ProbeAnswer>;
}

export async function startHealthProbe(endings: Endings): Promise<HealthProbe> {
  const child = await startChild(endings, new URL('../children/health-probe.ts', import.meta.url));
  return {
    aim: async (port) => void (await child.ask('aim', port, z.unknown())),
    worst: () => child.ask('worst', null, answerSchema),
  };
}
