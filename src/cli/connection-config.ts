/** Reads what the operator wrote as a connection's settings. None of it is repeated in an error: it may hold secrets. */
import { readFile } from 'node:fs/promises';
import type { Brain } from '../core/brain.ts';
import { BadInput } from '../core/errors.ts';
import { usageError } from './command.ts';

/** The JSON that was written, or that the file behind `@` holds. Throws BadInput. */
export async function readJson(given: string): Promise<unknown> {
  const text = given.startsWith('@') ? await readText(given.slice(1)) : given;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds secrets.
    throw usageError('--config is not readable as JSON; write it in single quotes: --config \'{"key": "value"}\'');
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new BadInput({ code: 'cli.unreadable_file', message: `${file} cannot be read`, cause });
  }
}

/** The settings as the brain's own schema gives them back. Throws BadInput that names what is wrong. */
export function checkConfig(brain: Brain, config: unknown): unknown {
  if (brain.configSchema === null) {
    throw new BadInput({
      code: 'connection.not_needed',
      message: `${brain.name} needs no connection; bots use it with "bots set --brain ${brain.name}"`,
    });
  }
  const parsed = brain.configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  - ${issue.path.join('.') || 'config'}: ${issue.message}`);
  throw new BadInput({
    code: 'connection.bad_config',
    message: [`${brain.title} cannot be connected with this --config:`, ...problems].join('\n'),
  });
}

/** What is given replaces what was; objects are gone into, and null takes a key away, so that its default is valid again (RFC 7396). */
export function changedBy(before: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = changedBy(result[key], value);
  }
  return result;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys that differ, the innermost ones named by their path. */
export function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
