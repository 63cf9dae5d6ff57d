/** What employees have set for the bot in the console. It survives joining the connection again, until they or a later setting change it. */

import { z } from 'zod';
import type { ConnectorState, Fact } from '../../../core/connector-tools.ts';
import type { BotInfo } from '../api/bot-api.ts';

const infoKey = (field: string): string => `own:${field}`;
const commandKey = (name: string): string => `own:command:${name}`;

const wordShape = z.object({
  value: z.unknown(),
  /** The setting when the override was made, as JSON. A setting changed since then is newer than the override, and wins. */
  insteadOf: z.string().nullable(),
});
const commandShape = z.object({
  description: z.string(),
  /** The console line that the command runs in the chat where it is typed. */
  line: z.string().nullish().default(null),
  /** The ref of the console conversation in which it was made. */
  ref: z.string().nullish().default(null),
});

/** A command made in the console. */
export type MadeCommand = z.output<typeof commandShape>;

/** @param configured the settings for the same fields; there is no setting for the picture, so its override always stays */
export async function rememberInfo(state: ConnectorState, said: BotInfo, configured: BotInfo): Promise<void> {
  const before = new Map(Object.entries(configured));
  for (const [field, value] of Object.entries(said)) {
    const instead = before.get(field);
    await state.put(infoKey(field), { value, insteadOf: instead === undefined ? null : JSON.stringify(instead) });
  }
}

/** The settings with the console's overrides applied. */
export async function infoOf(state: ConnectorState, configured: BotInfo): Promise<BotInfo> {
  const before = new Map(Object.entries(configured));
  const said = async <T>(field: keyof BotInfo, shape: z.ZodType<T>): Promise<T | null> => {
    const word = wordShape.safeParse(await state.get(infoKey(field)));
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

export async function rememberCommand(state: ConnectorState, name: string, made: MadeCommand): Promise<void> {
  await state.put(commandKey(name), made);
  await state.announce();
}

export async function forgetCommand(state: ConnectorState, name: string): Promise<void> {
  await state.forget(commandKey(name));
  await state.announce();
}

/** Descriptions of the commands made in the console, by name. */
export async function consoleCommands(state: ConnectorState): Promise<ReadonlyMap<string, string>> {
  const made = madeIn(await state.list(commandKey('')));
  return new Map([...made].map(([name, { description }]) => [name, description]));
}

const byFacts = new WeakMap<readonly Fact[], ReadonlyMap<string, MadeCommand>>();

/** The commands made in the console, from memory: they are looked up for every command that managers type. */
export async function recentCommands(state: ConnectorState): Promise<ReadonlyMap<string, MadeCommand>> {
  const facts = await state.recent(commandKey(''));
  const made = byFacts.get(facts) ?? madeIn(facts);
  byFacts.set(facts, made);
  return made;
}

function madeIn(facts: readonly Fact[]): ReadonlyMap<string, MadeCommand> {
  const start = commandKey('');
  const found = facts.flatMap(({ key, value }) => {
    const command = commandShape.safeParse(value);
    return command.success ? [[key.slice(start.length), command.data] as const] : [];
  });
  return new Map(found);
}
