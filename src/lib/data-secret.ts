/** Secrets the app makes for itself when it runs with its own database: kept in the data folder, readable by its owner alone. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Misconfigured } from '../core/errors.ts';

/** The 32 bytes kept under that name, made at the first call. Throws Misconfigured `data.secret_unusable` when they cannot be kept. */
export async function keepSecret(dataDir: string, name: string): Promise<Buffer> {
  const file = join(dataDir, name);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new Misconfigured({ code: 'data.secret_unusable', message: `cannot write ${file}`, cause: error });
    }
  }
  const secret = Buffer.from(await readFile(file, 'utf8'), 'base64');
  if (secret.length === 32) return secret;
  throw new Misconfigured({ code: 'data.secret_unusable', message: `${file} does not hold 32 bytes in Base64` });
}
