/**
 * Which console is bound to which chat. Two facts are kept for each binding, one from either end, and a binding holds only while they
 * agree: whatever a crash or two quick hands leave behind, nobody's words go to a customer his group does not show.
 */
import { z } from 'zod';
import type { ConversationRef } from '../../../core/connector.ts';
import type { BrainMemory, Fact } from '../../../core/connector-tools.ts';

const bindingShape = z.object({
  /** The house's name of the console. */
  ref: z.string(),
  chatId: z.int(),
  /** Messages up to this id were there before the binding. */
  after: z.int(),
  customer: z.string(),
  channel: z.string(),
  /** Of the group. */
  title: z.string(),
  /** Longest text the channel takes; null: not told. */
  maxText: z.int().nullable(),
});

export type Binding = z.output<typeof bindingShape>;

const pointerShape = z.object({ chatId: z.int() });

const ofChat = (chatId: number): string => `bound:${chatId}`;
const ofConsole = (ref: string): string => `binding:${ref}`;

/** The chat this console is bound to, or null. */
export async function bindingOfConsole(memory: BrainMemory, to: Pick<ConversationRef, 'ref'>): Promise<Binding | null> {
  const pointer = pointerShape.safeParse(await memory.get(ofConsole(to.ref)));
  if (!pointer.success) return null;
  const binding = await bindingOfChat(memory, pointer.data.chatId);
  return binding?.ref === to.ref ? binding : null;
}

/** The binding that holds for this chat, or null. */
export async function bindingOfChat(memory: BrainMemory, chatId: number): Promise<Binding | null> {
  const binding = bindingShape.safeParse(await memory.get(ofChat(chatId)));
  return binding.success ? binding.data : null;
}

/** Of the same list of facts the same bindings, read once. */
const byChat = new WeakMap<readonly Fact[], ReadonlyMap<number, Binding>>();

/** Every binding there is, by chat, without asking the database: for whoever looks at every frame of the socket. The same map until one changes. */
export async function recentBindings(memory: BrainMemory): Promise<ReadonlyMap<number, Binding>> {
  const facts = await memory.recent('bound:');
  const known = byChat.get(facts);
  if (known !== undefined) return known;
  const bindings = facts.flatMap(({ value }) => {
    const binding = bindingShape.safeParse(value);
    return binding.success ? [[binding.data.chatId, binding.data] as const] : [];
  });
  const found = new Map(bindings);
  byChat.set(facts, found);
  return found;
}

/** Binds; a chat another console had is taken from it. Repeatable. */
export async function bind(memory: BrainMemory, binding: Binding): Promise<void> {
  const before = await bindingOfConsole(memory, binding);
  if (before !== null && before.chatId !== binding.chatId) await memory.forget(ofChat(before.chatId));
  await memory.put(ofChat(binding.chatId), binding);
  await memory.put(ofConsole(binding.ref), { chatId: binding.chatId });
  await memory.announce();
}

/** Repeatable. */
export async function unbind(memory: BrainMemory, to: Pick<ConversationRef, 'ref'>): Promise<void> {
  const binding = await bindingOfConsole(memory, to);
  await memory.forget(ofConsole(to.ref));
  if (binding !== null) await memory.forget(ofChat(binding.chatId));
  await memory.announce();
}
