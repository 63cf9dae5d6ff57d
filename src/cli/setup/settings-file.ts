/** The file of settings that `npm start` and `npm run cli` read: lines of NAME=value, as Node's --env-file takes them. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { badInput } from '../../core/errors.ts';
import { codeOf } from '../../lib/code-of.ts';

export interface SettingsFile {
  readonly exists: boolean;
  readonly values: ReadonlyMap<string, string>;
}

/** Throws BadInput `setup.cannot_read`. */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  try {
    const values = Object.entries(parseEnv(await readFile(path, 'utf8')));
    return { exists: true, values: new Map(values.map(([name, value]) => [name, value ?? ''])) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { exists: false, values: new Map() };
    throw badInput('setup.cannot_read', `${path} cannot be read (${codeOf(error)})`);
  }
}

/** 32 bytes in Base64, for APP_SECRET. */
export const newSecret = (): string => randomBytes(32).toString('base64');

const remark = '# Settings of the app, written by "npm run setup". All settings and what they mean: .env.example\n';

/**
 * Writes the whole file, readable by its owner alone. A file that has appeared meanwhile is replaced only with `mayReplace`. Throws BadInput
 * `setup.cannot_write`.
 */
export async function writeSettingsFile(
  path: string,
  values: ReadonlyMap<string, string>,
  mayReplace: boolean,
): Promise<void> {
  const text = [...values].map(([name, value]) => `${name}=${quoted(name, value)}\n`).join('');
  const target = mayReplace ? `${path}.new` : path;
  try {
    const file = await open(target, 'wx', 0o600);
    try {
      await file.writeFile(remark + text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (mayReplace) await moveInto(target, path);
  } catch (error) {
    throw badInput('setup.cannot_write', `${target} cannot be written (${codeOf(error)})`);
  }
}

async function moveInto(target: string, path: string): Promise<void> {
  try {
    await rename(target, path);
  } catch (error) {
    await unlink(target);
    throw error;
  }
}

/** Node's reader knows three kinds of quotes and no way to write one inside its own kind. */
function quoted(name: string, value: string): string {
  if (/^[\w.:/@,+=%?&~-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((one) => !value.includes(one) && !(one === '"' && value.includes('\\')));
  if (quote === undefined) throw badInput('setup.cannot_write', `${name}: it has all three kinds of quotes in it`);
  return `${quote}${value}${quote}`;
}
