/** What employees have said in the console about the bot itself. It outlives reconnects and new joinings, until they, or a newer setting, say otherwise. */

import { z } from 'zod';
import type { BrainMemory } from '../../../core/connector-tools.ts';
import type { BotInfo } from '../api/bot-api.ts';

const infoKey = (field: string): string => `own:${field}`;
const commandKey = (name: string): string => `own:command:${name}`;

const wordShape = z.object({
  value: z.unknown(),
  /** What was configured when it was said, as JSON: a setting that was changed since is the later word. */
  insteadOf: z.string().nullable(),
});
const commandShape = z.object({ description: z.string() });

/** @param configured what the settings say of the same fields; a picture is no setting, so a chosen one stays */
export async function rememberInfo(memory: BrainMemory, said: BotInfo, configured: BotInfo): Promise<void> {
  const before = new Map(Object.entries(configured));
  for (const [field, value] of Object.entries(said)) {
    const instead = before.get(field);
    await memory.put(infoKey(field), { value, insteadOf: instead === undefined ? null : JSON.stringify(instead) });
  }
}

/** What is configured, with what was said in the console put over it. */
export async function infoOf(memory: BrainMemory, configured: BotInfo): Promise<BotInfo> {
  const before = new Map(Object.entries(configured));
  const said = async <T>(field: keyof BotInfo, shape: z.ZodType<T>): Promise<T | null> => {
    const word = wordShape.safeParse(await memory.get(infoKey(field)));
    if (!word.success) return null;
    const { value, insteadOf } = word.data;
    const isCurrent = insteadOf === null || insteadOf === JSON.stringify(before.get(field));
    return isCurrent ? (shape.safeParse(value).data ?? null) : null;
  };
  const name = await said('name', z.string());
  const picture = await said('avatar_url', z.url());
  const roles = await said('roles', z.array(z.string()));
  return {
    ...configured,
    ...(name === null ? {} : { name }),
    ...(picture === null ? {} : { avatar_url: picture }),
    ...(roles === null ? {} : { roles }),
  };
}

export async function rememberCommand(memory: BrainMemory, name: string, description: string): Promise<void> {
  await memory.put(commandKey(name), { description });
}

export async function forgetCommand(memory: BrainMemory, name: string): Promise<void> {
  await memory.forget(commandKey(name));
}

/** Descriptions of the commands made in the console, by name. */
export async function consoleCommands(memory: BrainMemory): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const start = commandKey('');
  for (const { key, value } of await memory.list(start)) {
    const command = commandShape.safeParse(value);
    if (command.success) found.set(key.slice(start.length), command.data.description);
  }
  return found;
}
