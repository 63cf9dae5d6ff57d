/** The app as a separate process, started as in production, so that a test can kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';

export interface BridgeProcessOptions {
  readonly portal: SandboxPortal;
  readonly port: number;
  /** Port under which the portal and brains reach the app; its own when absent. */
  readonly publicPort?: number;
  readonly databaseUrl: string;
  readonly appSecret: Buffer;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface BridgeProcess {
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Sends a signal that does not end it (SIGSTOP, SIGCONT). */
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Exit>;
  /** The text it has written to its outputs. */
  output(): string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** On a busy machine a process may take long to start. */
const startPatienceMs = 120_000;

/** The environment variables for such a process. */
export function environmentOf(options: BridgeProcessOptions): NodeJS.ProcessEnv {
  const { portal, port } = options;
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${options.publicPort ?? port}`,
    DATABASE_URL: options.databaseUrl,
    APP_SECRET: options.appSecret.toString('base64'),
    B24_CLIENT_ID: portal.clientId,
    B24_CLIENT_SECRET: portal.clientSecret,
    B24_OAUTH_HOSTS: portal.oauthOrigin,
    B24_RATE_PER_SECOND: '100000',
    B24_RATE_BURST: '100000',
    // Tests write faster than people.
    DEFAULT_BRAIN: 'echo',
    TURNS_PER_MINUTE: '0',
    ALLOWED_PRIVATE_HOSTS: `${portal.domain},${new URL(portal.oauthOrigin).host}`,
    LOG_LEVEL: 'warn',
    ...options.settings,
  };
}

/** Starts the app and resolves when it is ready to serve. Fails with its output if it ends before. */
export async function startBridgeProcess(options: BridgeProcessOptions): Promise<BridgeProcess> {
  const child = spawn(process.execPath, ['src/launch.js'], {
    cwd: root,
    env: environmentOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(String(chunk)));
  const exited = exitOf(child);
  const url = `http://127.0.0.1:${options.port}`;
  const isReady = await Promise.race([becomesReady(url), exited.then(() => false)]);
  if (!isReady) {
    child.kill('SIGKILL');
    throw new Error(`the app did not start:\n${output.join('')}`);
  }
  return {
    url,
    pid: child.pid ?? 0,
    exited,
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      child.kill(signal);
      return await exited;
    },
    output: () => output.join(''),
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

async function becomesReady(url: string): Promise<boolean> {
  for (const end = Date.now() + startPatienceMs; Date.now() < end; ) {
    try {
      const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } });
      await answer.arrayBuffer();
      if (answer.ok) return true;
    } catch {
      // The app does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
