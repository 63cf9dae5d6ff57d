/** A large installation on this machine: its own database server, the portals with their OAuth host, and three processes of the app. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type AppProcess, spawnApp } from './app-process.ts';
import type { Bench } from './bench.ts';
import { type Child, startChild } from './child.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';
import { statementFlags } from './database-usage.ts';
import { fillPortals } from './fill-portals.ts';
import { hostOf } from './many-portals.ts';
import { parentOf } from './process-usage.ts';

export interface PortalsStage {
  readonly server: DatabaseServer;
  readonly serverPid: number;
  readonly database: string;
  readonly databaseUrl: string;
  readonly far: Child;
  readonly portals: number;
  startApps(settings: Readonly<Record<string, string>>): Promise<readonly AppProcess[]>;
}

/** Each with all roles, as behind a load balancer. */
const processes = 3;

const database = 'portals';

/** Starts everything but the app. */
export async function startPortalsStage({ endings, say }: Bench, portals: number): Promise<PortalsStage> {
  const server = await startDatabaseServer(endings, statementFlags);
  const databaseUrl = await server.createMigrated(database);
  const far = await startChild(endings, new URL('../remotes/many-portals.ts', import.meta.url), String(portals));
  const appSecret = randomBytes(32);
  const began = performance.now();
  await fillPortals({ server, database, appSecret, portals, farPort: far.port });
  await server.settle(database);
  say(`${portals} portals filled in ${Math.round((performance.now() - began) / 1_000)} s`);
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  endings.add(() => rm(folder, { recursive: true, force: true }));
  const hosts = Array.from({ length: portals }, (_, index) => `${hostOf(index + 1)}:${far.port}`);
  const hostsFile = join(folder, 'hosts');
  await writeFile(hostsFile, [`127.0.0.1:${far.port}`, ...hosts].join(','));
  return {
    server,
    serverPid: await serverPid(server),
    database,
    databaseUrl,
    far,
    portals,
    async startApps(settings) {
      const apps: AppProcess[] = [];
      for (let count = 0; count < processes; count += 1) {
        const own = {
          DATABASE_URL: databaseUrl,
          APP_SECRET: appSecret.toString('base64'),
          B24_CLIENT_ID: 'app.bench',
          B24_CLIENT_SECRET: 'bench',
          B24_OAUTH_HOSTS: `http://127.0.0.1:${far.port}`,
          ALLOWED_PRIVATE_HOSTS_FILE: hostsFile,
          TURNS_PER_MINUTE: '0',
          LOG_LEVEL: 'warn',
        };
        apps.push(await spawnApp(endings, 'start', { ...own, ...settings }));
      }
      return apps;
    },
  };
}

/** The process that all processes of the server descend from. */
async function serverPid(server: DatabaseServer): Promise<number> {
  const rows = await server.rows<{ pid: number }>(
    database,
    `select pid from pg_stat_activity where backend_type = 'checkpointer'`,
  );
  const pid = await parentOf(rows[0]?.pid ?? 0);
  if (pid === 0) throw new Error('the database server was not found among the processes');
  return pid;
}

const seenSchema = z.object({
  arrivals: z.array(z.number()),
  repeated: z.number(),
  doubled: z.number(),
  refused: z.number(),
  counts: z.array(z.tuple([z.string(), z.array(z.number())])),
});
export type SeenByPortals = z.output<typeof seenSchema>;

export const seenByPortals = ({ far }: PortalsStage): Promise<SeenByPortals> => far.ask('seen', null, seenSchema);
