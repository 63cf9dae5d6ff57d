/**
 * `npm run try:dockerfile`: executes the steps of the Dockerfile in temporary folders, without Docker, and runs the result until it is ready.
 * It shows that all files and packages are present; it does not test the base image, its user or its file system.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, glob, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { createLogger } from '../src/lib/logger.ts';
import { readDockerfile, readDockerignore, type Step } from './read-dockerfile.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const startWithinMs = 120_000;
const port = 40_000 + Math.floor(Math.random() * 20_000);

const work = await mkdtemp(join(tmpdir(), 'dockerfile-'));
// When started as root, the database server runs as another user, who needs access to the folder.
await chmod(work, 0o755);
try {
  const { stages, command } = readDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'));
  const isInContext = readDockerignore(await readFile(join(root, '.dockerignore'), 'utf8'));
  let last = '';
  for (const { name, steps } of stages) {
    last = join(work, name);
    await mkdir(last);
    for (const step of steps) await carryOut(step, last, isInContext);
  }
  await startIn(last, command);
} finally {
  await rm(work, { recursive: true, force: true });
}

async function carryOut(step: Step, folder: string, isInContext: (path: string) => boolean): Promise<void> {
  console.log(`${basename(folder)}: ${step.text}`);
  if (step.kind === 'run') return await run('bash', ['-c', step.command], folder);
  const from = step.from === null ? root : join(work, step.from);
  const isCopied = step.from === null ? isInContext : () => true;
  for (const source of step.sources) {
    const copied = step.from === null ? source : source.replace(/^\/app\//, '');
    for (const path of await filesUnder(from, copied, isCopied)) {
      const target = join(folder, targetOf(path, copied, step.target));
      await mkdir(dirname(target), { recursive: true });
      await cp(join(from, path), target, { verbatimSymlinks: true });
    }
  }
}

async function filesUnder(from: string, source: string, isCopied: (path: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const pattern = source === '.' ? '**/*' : `{${source},${source}/**/*}`;
  const exclude = (entry: { name: string; parentPath: string }): boolean =>
    source !== 'node_modules' && (entry.name === 'node_modules' || entry.name === '.git');
  for await (const entry of glob(pattern, { cwd: from, withFileTypes: true, exclude })) {
    const path = join(entry.parentPath, entry.name).slice(from.replace(/\/$/, '').length + 1);
    if (!entry.isDirectory() && isCopied(path)) found.push(path);
  }
  if (found.length === 0) throw new Error(`there is nothing to copy: ${source}`);
  return found;
}

/** Like COPY: a file is put into a target that ends with a slash; of a folder, the content is put into the target. */
function targetOf(path: string, source: string, target: string): string {
  if (source === '.') return path;
  if (path === source) return target.endsWith('/') ? join(target, basename(path)) : target;
  return join(target, path.slice(source.length + 1));
}

async function run(program: string, words: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
}

async function startIn(cwd: string, [program = '', ...words]: readonly string[]): Promise<void> {
  const log = createLogger({ level: 'warn', name: 'try', destination: process.stderr });
  const database = await startEmbeddedPostgres({ dataDir: join(work, 'data'), password: 'try', log });
  const child = spawn(program === 'node' ? process.execPath : program, words, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATABASE_URL: database.url('bridge'),
      APP_SECRET: randomBytes(32).toString('base64'),
      B24_CLIENT_ID: 'local.try',
      B24_CLIENT_SECRET: 'try',
    },
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  try {
    const isReady = await Promise.race([becomesReady(), ended.then(() => false)]);
    if (!isReady) throw new Error('the app did not become ready');
    child.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`the app ended with ${code}`);
    console.log('the app became ready and stopped when told to');
  } finally {
    child.kill('SIGKILL');
    await database.stop();
  }
}

async function becomesReady(): Promise<boolean> {
  for (const end = Date.now() + startWithinMs; Date.now() < end; await sleep(200)) {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return true;
  }
  return false;
}
