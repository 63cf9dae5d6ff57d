/** The app itself, started as an administrator starts it: the start script of package.json, with settings in the environment. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../../sandbox/free-port.ts';
import type { Endings } from './endings.ts';
import { readEventBody, readSender } from './fixture.ts';
import { installPortal } from './installed-portal.ts';

export interface AppProcess {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** The start scripts of package.json. */
type StartScript = 'start' | 'start:sockets';

export interface AppProcessOptions {
  readonly endings: Endings;
  /** A migrated database. */
  readonly databaseUrl: string;
  /** Port of the server that replaces the portal's REST address; 1 when nothing is to be called. */
  readonly restPort?: number;
  /** A random one when absent. */
  readonly appSecret?: Buffer;
  /** `start` when absent. */
  readonly script?: StartScript;
  /** Settings that override those made here. */
  readonly settings?: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url);
const script = z.string().startsWith('node ');
const packageSchema = z.object({ scripts: z.object({ start: script, 'start:sockets': script }) });

const startMs = 30_000;

/** Starts the app on a database with an installed portal. Resolves when it reports that it is ready. */
export async function startAppProcess(options: AppProcessOptions): Promise<AppProcess> {
  const restHost = `127.0.0.1:${options.restPort ?? 1}`;
  const appSecret = options.appSecret ?? randomBytes(32);
  const sender = readSender(readEventBody());
  await installPortal({ databaseUrl: options.databaseUrl, appSecret, sender, restUrl: `http://${restHost}/rest/` });
  return await spawnApp(options.endings, options.script ?? 'start', {
    DATABASE_URL: options.databaseUrl,
    APP_SECRET: appSecret.toString('base64'),
    B24_CLIENT_ID: 'app.bench',
    B24_CLIENT_SECRET: 'bench',
    // The app is measured, not the rate limit of a portal's plan.
    B24_RATE_PER_SECOND: '1000000',
    B24_RATE_BURST: '1000000',
    TURNS_PER_MINUTE: '0',
    ALLOWED_PRIVATE_HOSTS: restHost,
    ...options.settings,
  });
}

/** Starts the app with these settings on a free port. Resolves when it reports that it is ready. */
export async function spawnApp(
  endings: Endings,
  name: StartScript,
  settings: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const port = await freePort('127.0.0.1');
  const child = spawn(process.execPath, startArguments(name), {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-4_000);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = endings.add(async () => {
    child.kill();
    await gone;
  });
  const isReady = await Promise.race([gone.then(() => false), answers(`http://127.0.0.1:${port}/readyz`)]);
  if (!isReady || child.pid === undefined) {
    await stop();
    throw new Error(`the app did not start; the end of its log:\n${tail}`);
  }
  return { pid: child.pid, port, stop };
}

/** The arguments of `node` in the start script. */
function startArguments(script: StartScript): string[] {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  return scripts[script].split(' ').slice(1);
}

async function answers(url: string): Promise<boolean> {
  for (const end = Date.now() + startMs; Date.now() < end; await delay(50)) {
    const response = await fetch(url).catch(() => null);
    await response?.arrayBuffer();
    if (response?.status === 200) return true;
  }
  return false;
}
