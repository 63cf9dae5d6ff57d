/** Checks the installation's settings for single brains against each brain's own schema, and the brain of new portals against the list of brains. */
import type { Settings } from './config.ts';
import type { Brain } from './core/brain.ts';
import { Misconfigured } from './core/errors.ts';

/** Returns the settings by brain. Throws Misconfigured `config.invalid` that names every problem and repeats no value. */
export function readBrainSettings(
  brains: readonly Brain[],
  given: Settings['BRAIN_SETTINGS'] = {},
): ReadonlyMap<string, unknown> {
  const settable = new Map(
    brains.flatMap((brain) => (brain.settingsSchema ? [[brain.name, brain.settingsSchema]] : [])),
  );
  const problems = Object.keys(given)
    .filter((name) => !settable.has(name))
    .map((name) => `${name}: nothing can be set for a brain of this name`);
  const read = new Map<string, unknown>();
  for (const [name, schema] of settable) {
    const parsed = schema.safeParse(given[name] ?? {});
    if (parsed.success) read.set(name, parsed.data);
    else problems.push(...parsed.error.issues.map(({ path, message }) => `${[name, ...path].join('.')}: ${message}`));
  }
  if (problems.length === 0) return read;
  throw invalid(problems.map((problem) => `BRAIN_SETTINGS: ${problem}`));
}

/** Throws Misconfigured `config.invalid` if there is no such brain, or if it needs an account. */
export function checkDefaultBrain(brains: readonly Brain[], name: Settings['DEFAULT_BRAIN']): void {
  const usable = brains.filter(({ configSchema }) => configSchema === null).map((brain) => brain.name);
  if (!usable.includes(name)) throw invalid([`DEFAULT_BRAIN: is one of ${usable.join(', ')}`]);
}

function invalid(problems: readonly string[]): Misconfigured {
  const lines = problems.map((problem) => `  - ${problem}`).join('\n');
  return new Misconfigured({ code: 'config.invalid', message: `The settings cannot be used:\n${lines}` });
}
