/**
 * Builds the pages of `install/` unless they were already built from the same sources. Runs automatically after `npm ci`. If Vite is not installed
 * (a production install without development dependencies), the pages in the package are used.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'install');
const built = join(folder, 'dist');
const stamp = join(built, '.built-from');
/** Everything the built files depend on; the lock file stands for the packages. */
const sources = ['install/src/**/*.*', 'install/*.{html,json,ts}', 'src/api/schemas/*.ts', 'package-lock.json'];

const hash = await hashOf(sources);
if ((await readFile(stamp, 'utf8').catch(() => '')) !== hash) await build();

async function build(): Promise<void> {
  const vite = viteProgram();
  if (vite === null) {
    const has = existsSync(join(built, 'index.html'));
    console.log(
      has
        ? 'pages: those that came with the package are used'
        : 'pages: not built, because development dependencies are not installed; the app starts without its pages',
    );
    return;
  }
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: folder, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    process.exitCode = 1;
    return;
  }
  await pack();
  await writeFile(stamp, hash);
}

/** Compresses the files once, so that the server need not do it for each visitor. */
async function pack(): Promise<void> {
  for await (const name of glob('*.{js,css,svg}', { cwd: built })) {
    const bytes = await readFile(join(built, name));
    await writeFile(join(built, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

function viteProgram(): string | null {
  try {
    return join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js');
  } catch {
    // Not installed; the caller reports it.
    return null;
  }
}

async function hashOf(patterns: readonly string[]): Promise<string> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: root })) files.push(file);
  const sum = createHash('sha256');
  for (const file of files.toSorted())
    sum
      .update(`${file}\0`)
      .update(await readFile(join(root, file)))
      .update('\0');
  return sum.digest('hex');
}
