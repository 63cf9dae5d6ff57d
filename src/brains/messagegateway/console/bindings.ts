/**
 * Which console is bound to which chat. Each binding is stored as two facts, one under the chat and one under the console, and is valid only
 * while they agree. So after a crash or two concurrent commands, no message goes to a customer whom the group does not show.
 */
import { z } from 'zod';
import type { ConversationRef } from '../../../core/connector.ts';
import type { ConnectorState, Fact } from '../../../core/connector-tools.ts';

const bindingShape = z.object({
  /** The ref of the console's conversation. */
  ref: z.string(),
  chatId: z.int(),
  /** Messages up to this id are older than the binding. */
  after: z.int(),
  customer: z.string(),
  channel: z.string(),
  /** The group's title. */
  title: z.string(),
  /** Longest text that the channel allows; null: it names no limit. */
  maxText: z.int().nullable(),
});

export type Binding = z.output<typeof bindingShape>;

const pointerShape = z.object({ chatId: z.int() });

const ofChat = (chatId: number): string => `bound:${chatId}`;
const ofConsole = (ref: string): string => `binding:${ref}`;

/** The chat this console is bound to, or null. */
export async function bindingOfConsole(
  state: ConnectorState,
  to: Pick<ConversationRef, 'ref'>,
): Promise<Binding | null> {
  const pointer = pointerShape.safeParse(await state.get(ofConsole(to.ref)));
  if (!pointer.success) return null;
  const binding = await bindingOfChat(state, pointer.data.chatId);
  return binding?.ref === to.ref ? binding : null;
}

/** The binding of this chat, or null. */
export async function bindingOfChat(state: ConnectorState, chatId: number): Promise<Binding | null> {
  const binding = bindingShape.safeParse(await state.get(ofChat(chatId)));
  return binding.success ? binding.data : null;
}

/** Parsed bindings of a list of facts. */
const byChat = new WeakMap<readonly Fact[], ReadonlyMap<number, Binding>>();

/** All bindings by chat, from memory: every frame of the socket needs them. Returns the same map until a binding changes. */
export async function recentBindings(state: ConnectorState): Promise<ReadonlyMap<number, Binding>> {
  const facts = await state.recent('bound:');
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

/** Binds the console. A chat that another console had is taken from it. Repeatable. */
export async function bind(state: ConnectorState, binding: Binding): Promise<void> {
  const before = await bindingOfConsole(state, binding);
  if (before !== null && before.chatId !== binding.chatId) await state.forget(ofChat(before.chatId));
  await state.put(ofChat(binding.chatId), binding);
  await state.put(ofConsole(binding.ref), { chatId: binding.chatId });
  await state.announce();
}

/** Repeatable. */
export async function unbind(state: ConnectorState, to: Pick<ConversationRef, 'ref'>): Promise<void> {
  const binding = await bindingOfConsole(state, to);
  await state.forget(ofConsole(to.ref));
  if (binding !== null) await state.forget(ofChat(binding.chatId));
  await state.announce();
}
