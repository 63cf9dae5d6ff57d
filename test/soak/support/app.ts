/** The app as a process, started by the command of `npm start`, with its settings in the environment. A run accesses it only through its port and its process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Endings } from '../../../bench/support/endings.ts';
import { residentMb } from '../../../bench/support/resident-memory.ts';
import { freePort } from '../../support/free-port.ts';

export interface AppOptions {
  readonly endings: Endings;
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly oauthOrigins: readonly string[];
  /** `host:port` of every loopback server that the app may call. */
  readonly hosts: readonly string[];
  /** A free port when absent. */
  readonly port?: number;
  /** The port at which remotes reach the app; its own port when absent. */
  readonly publicPort?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** How readiness is detected; a process without the role `web` may serve no port. */
  readonly readyBy?: 'port' | 'log';
  /** Arguments for `node`, before the script. */
  readonly nodeArguments?: readonly string[];
}

export interface SoakApp {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** False when it has ended, for whatever reason. */
  isRunning(): boolean;
  /** Resident memory in megabytes. */
  memory(): Promise<number>;
  /** Sends the signal to this process only. */
  signal(signal: NodeJS.Signals): void;
  /** Ends the process and waits for its end; sends SIGKILL after 20 seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The latest 20 000 characters of its output. */
  output(): string;
}

const root = new URL('../../../', import.meta.url);
const readyMs = 120_000;
const patienceMs = 20_000;

function startScript(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.replace(/^exec node /, '').split(' ');
}

function environmentOf(options: AppOptions, port: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${options.publicPort ?? port}`,
    DATABASE_URL: options.databaseUrl,
    APP_SECRET: options.appSecret.toString('base64'),
    B24_CLIENT_ID: options.clientId,
    B24_CLIENT_SECRET: options.clientSecret,
    B24_OAUTH_HOSTS: options.oauthOrigins.join(','),
    // The runs test the app, not the request limit of a portal's plan.
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
    // Tests write faster than people.
    DEFAULT_BRAIN: 'echo',
    TURNS_PER_MINUTE: '0',
    ALLOWED_PRIVATE_HOSTS: options.hosts.join(','),
    LOG_LEVEL: 'warn',
    ...options.settings,
  };
}

/** Starts the app. Resolves when it is ready; fails with the end of its output if it ends before. */
export async function startApp(options: AppOptions): Promise<SoakApp> {
  const port = options.port ?? (await freePort());
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), ...startScript()], {
    cwd: fileURLToPath(root),
    env: environmentOf(options, port),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = options.endings.add(() => end(child, gone, 'SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const ready = options.readyBy === 'log' ? says(() => output, child) : answers(`${url}/readyz`);
  const isReady = await Promise.race([ready, gone.then(() => false)]);
  if (!isReady || child.pid === undefined) {
    await stop();
    throw new Error(`the app did not start:\n${output}`);
  }
  const { pid } = child;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    port,
    url,
    isRunning,
    memory: () => (isRunning() ? residentMb(pid) : Promise.resolve(Number.NaN)),
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      await end(child, gone, signal);
      await stop();
    },
    output: () => output,
  };
}

async function end(child: ChildProcess, gone: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  // A frozen process (SIGSTOP) handles the signal only when it continues.
  child.kill('SIGCONT');
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(patience);
}

/** Whether the app has logged, at level `info`, that it is ready. */
async function says(output: () => string, child: ChildProcess): Promise<boolean> {
  for (const until = Date.now() + readyMs; Date.now() < until && child.exitCode === null; ) {
    if (output().includes('the bridge is open')) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  for (const until = Date.now() + readyMs; Date.now() < until; ) {
    try {
      const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      if (answer.ok) return true;
    } catch {
      // The app does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
