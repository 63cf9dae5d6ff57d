/** Finds out which user of MessageGateway an employee is: by the command `link`, or by the same e-mail address on both sides. */
import { z } from 'zod';
import type { MgUser } from '../api/mg-shapes.ts';
import { pageSize, readPages } from '../api/pages.ts';
import { type CommandRequest, ConsoleRefusal } from './command-request.ts';

const linkShape = z.object({ userId: z.int(), how: z.enum(['email', 'command']) });

export type PersonLink = z.output<typeof linkShape>;

const keyOf = (request: CommandRequest): string => `person:${request.author.id}`;

/** An e-mail address that was not found is looked up again an hour later. */
const strangerDays = 1 / 24;

/** The employee's link, stored or found by e-mail address; null when neither gives one. */
export async function linkOf(request: CommandRequest): Promise<PersonLink | null> {
  const { state } = request.context.tools;
  const stored = await state.get(keyOf(request));
  const link = linkShape.safeParse(stored);
  if (link.success) return link.data;
  if (stored !== null) return null;
  const userId = await userByMail(request);
  if (userId === null) {
    await state.put(keyOf(request), { stranger: true }, strangerDays);
    return null;
  }
  const found: PersonLink = { userId, how: 'email' };
  await state.put(keyOf(request), found);
  return found;
}

export async function storeLink(request: CommandRequest, userId: number): Promise<void> {
  await request.context.tools.state.put(keyOf(request), { userId, how: 'command' });
}

export async function forgetLink(request: CommandRequest): Promise<void> {
  await request.context.tools.state.forget(keyOf(request));
}

/** Active users of the account. */
export async function activeUsers({ context, signal }: CommandRequest): Promise<readonly MgUser[]> {
  return await readPages((bounds) => context.bot.users(bounds, signal), { active: true });
}

/** A user by number or by a part of the name. Throws ConsoleRefusal when none or several match. */
export async function findUser(request: CommandRequest, who: string): Promise<MgUser> {
  const users = await activeUsers(request);
  const digits = /^(?:#|№)?(\d+)$/.exec(who)?.[1];
  const wanted = who.toLowerCase();
  const fitting = users.filter((user) =>
    digits === undefined ? nameOf(user).toLowerCase().includes(wanted) : user.id === Number(digits),
  );
  const [first, second] = fitting;
  if (first === undefined || who === '') throw new ConsoleRefusal(request.messages.nobody(who));
  if (second === undefined) return first;
  throw new ConsoleRefusal(request.messages.several(fitting.map((user) => `#${user.id} ${nameOf(user)}`).join(', ')));
}

export function nameOf(user: MgUser): string {
  return `${user.first_name ?? ''} ${user.last_name ?? ''}`.trim() || user.username || `#${user.id}`;
}

/**
 * The user with the employee's e-mail address. The list of users has no addresses, but recent chats and messages have those of their users.
 * Null when two users have the same address.
 */
async function userByMail(request: CommandRequest): Promise<number | null> {
  const { context, to, chat, author, signal } = request;
  const employee = await context.tools.portalUser(to, chat.dialogId, author.id, signal);
  const mail = employee?.email?.trim().toLowerCase();
  if (!mail) return null;
  const chats = await context.bot.chats({ limit: pageSize }, signal);
  const until = new Date(context.clock.now().getTime() + 86_400_000).toISOString();
  const messages = await context.bot.messages({ until, limit: pageSize }, signal);
  const seen = [...chats.map(({ last_dialog: dialog }) => dialog?.responsible), ...messages.map(({ from }) => from)];
  const ids = seen.flatMap((who) => {
    const isHe = who?.type === 'user' && who.email?.trim().toLowerCase() === mail;
    return isHe && who.id !== null && who.id !== undefined ? [who.id] : [];
  });
  const [only, another] = new Set(ids);
  return only !== undefined && another === undefined ? only : null;
}
