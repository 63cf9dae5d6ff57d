/** Which user of MessageGateway an employee is: by his own word, or by the e-mail address both sides know him under. */
import { z } from 'zod';
import type { MgUser } from '../api/mg-shapes.ts';
import { pageSize, readPages } from '../api/pages.ts';
import { type Ask, ConsoleRefusal } from './command-request.ts';

const linkShape = z.object({ userId: z.int(), how: z.enum(['email', 'command']) });

export type PersonLink = z.output<typeof linkShape>;

const keyOf = (ask: Ask): string => `person:${ask.author.id}`;

/** An address found nowhere is not looked for again so soon. */
const strangerDays = 1 / 24;

/** The link of whoever asks; null when neither he nor his address says who he is. */
export async function linkOf(ask: Ask): Promise<PersonLink | null> {
  const { state } = ask.context.tools;
  const stored = await state.get(keyOf(ask));
  const link = linkShape.safeParse(stored);
  if (link.success) return link.data;
  if (stored !== null) return null;
  const userId = await userByMail(ask);
  if (userId === null) {
    await state.put(keyOf(ask), { stranger: true }, strangerDays);
    return null;
  }
  const found: PersonLink = { userId, how: 'email' };
  await state.put(keyOf(ask), found);
  return found;
}

export async function storeLink(ask: Ask, userId: number): Promise<void> {
  await ask.context.tools.state.put(keyOf(ask), { userId, how: 'command' });
}

export async function forgetLink(ask: Ask): Promise<void> {
  await ask.context.tools.state.forget(keyOf(ask));
}

/** Active users of the account. */
export async function activeUsers({ context, signal }: Ask): Promise<readonly MgUser[]> {
  return await readPages((bounds) => context.apis.bot.users(bounds, signal), { active: true });
}

/** A user by number or by part of his name. Refuses when none fits, or several do. */
export async function findUser(ask: Ask, who: string): Promise<MgUser> {
  const users = await activeUsers(ask);
  const digits = /^(?:#|№)?(\d+)$/.exec(who)?.[1];
  const wanted = who.toLowerCase();
  const fitting = users.filter((user) =>
    digits === undefined ? nameOf(user).toLowerCase().includes(wanted) : user.id === Number(digits),
  );
  const [first, second] = fitting;
  if (first === undefined || who === '') throw new ConsoleRefusal(ask.phrases.nobody(who));
  if (second === undefined) return first;
  throw new ConsoleRefusal(ask.phrases.several(fitting.map((user) => `#${user.id} ${nameOf(user)}`).join(', ')));
}

export function nameOf(user: MgUser): string {
  return `${user.first_name ?? ''} ${user.last_name ?? ''}`.trim() || user.username || `#${user.id}`;
}

/** The list of users shows no e-mail addresses; people who lead dialogs or wrote
 * lately are shown with theirs. Nobody when two have the same. */
async function userByMail(ask: Ask): Promise<number | null> {
  const { context, to, chat, author, signal } = ask;
  const employee = await context.tools.portalUser(to, chat.dialogId, author.id, signal);
  const mail = employee?.email?.trim().toLowerCase();
  if (!mail) return null;
  const chats = await context.apis.bot.chats({ limit: pageSize }, signal);
  const until = new Date(context.clock.now().getTime() + 86_400_000).toISOString();
  const messages = await context.apis.bot.messages({ until, limit: pageSize }, signal);
  const seen = [...chats.map(({ last_dialog: dialog }) => dialog?.responsible), ...messages.map(({ from }) => from)];
  const ids = seen.flatMap((who) => {
    const isHe = who?.type === 'user' && who.email?.trim().toLowerCase() === mail;
    return isHe && who.id !== null && who.id !== undefined ? [who.id] : [];
  });
  const [only, another] = new Set(ids);
  return only !== undefined && another === undefined ? only : null;
}
