/** Commands about dialogs: lists, assignment, tags, opening and closing. All are repeatable. */

import { isRefusal } from '../api/mg-http.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import { readPages } from '../api/pages.ts';
import {
  type Command,
  type CommandAnswer,
  type CommandRequest,
  ConsoleRefusal,
  commandButton,
} from './command-request.ts';
import {
  channelOf,
  chatById,
  customerOf,
  demandDialog,
  namedChat,
  openDialogOf,
  readChats,
  titleOf,
} from './find-chat.ts';
import { findUser, linkOf, nameOf } from './people.ts';

/** Lines of one answer. */
const maxLines = 10;

/** Buttons under a list. */
const maxButtons = 5;

/** Open dialogs, newest first; `free`: those nobody leads; `mine`: those of the employee. */
export const list: Command = async (request) => {
  const { context, messages, signal } = request;
  const filter = { active: true, ...(await listFilter(request)) };
  const all = await readPages((bounds) => context.bot.dialogs(bounds, signal), filter);
  // Skips dialogs that were closed while the list was read, and those without a chat, which could not be named.
  const open = all.filter((dialog) => !dialog.closed_at && typeof dialog.chat_id === 'number').toReversed();
  const shown: MgChat[] = [];
  for (const dialog of open.slice(0, maxLines)) {
    const [chat] = await readChats(request, { id: dialog.chat_id ?? 0 });
    if (chat !== undefined) shown.push(chat);
  }
  return {
    text: listText(
      messages.dialogsTitle(open.length),
      shown.map((chat) => lineOf(request, chat)),
      open.length,
      request,
    ),
    buttons: shown
      .slice(0, maxButtons)
      .map((chat) =>
        commandButton(`${messages.buttons.bind} #${chat.id} ${customerOf(chat)}`.slice(0, 60), `/bind ${chat.id}`),
      ),
  };
};

/** The chats of one page, highest id first. */
export const chats: Command = async (request) => {
  const { messages } = request;
  const all = await readPages((bounds) => readChats(request, bounds), {}, 1);
  const shown = all.toReversed().slice(0, maxLines);
  return {
    text: listText(
      messages.chatsTitle(all.length),
      shown.map((chat) => lineOf(request, chat)),
      all.length,
      request,
    ),
  };
};

/** One chat: customer, channel, who leads, tags. */
export const show: Command = async (request) => {
  const { messages, context, signal } = request;
  const { chat } = await chatOfArgs(request);
  const dialog = openDialogOf(chat);
  const [full] = dialog === null ? [] : await context.bot.dialogs({ id: dialog.id }, signal);
  const tags = (full?.tags ?? []).map(({ name }) => name).join(', ');
  const lines = [
    titleOf(chat),
    `${messages.channel}: ${channelOf(chat)} (${chat.channel?.type ?? '—'})`,
    ...(chat.customer?.phone ? [`${messages.phone}: ${chat.customer.phone}`] : []),
    ...(chat.customer?.email ? [`E-mail: ${chat.customer.email}`] : []),
    stateOf(request, chat),
    ...(tags === '' ? [] : [`${messages.tags}: ${tags}`]),
  ];
  return { text: lines.join('\n'), buttons: chatButtons(request, chat) };
};

/** `assign [#12] me | bot | somebody`; without a name: to the employee. */
export const assign: Command = async (request) => {
  const { context, messages, signal } = request;
  const { chat, rest } = await namedChat(request);
  const dialog = demandDialog(request, chat);
  const word = rest.toLowerCase();
  if (['bot', 'бот', 'боту'].includes(word)) {
    await context.bot.assignDialog(dialog.id, { bot_id: context.botId }, signal);
    return { text: messages.assigned(titleOf(chat), messages.toBot) };
  }
  const isMe = ['', 'me', 'мне', 'я', 'себе'].includes(word);
  const link = isMe ? await linkOf(request) : null;
  if (isMe && link === null) throw new ConsoleRefusal(messages.notLinked);
  const user = await findUser(request, link === null ? rest : String(link.userId));
  await context.bot.assignDialog(dialog.id, { user_id: user.id }, signal);
  return { text: messages.assigned(titleOf(chat), nameOf(user)) };
};

export const unassign: Command = async (request) => {
  const { chat } = await namedChat(request);
  const dialog = demandDialog(request, chat);
  await unless(/not assigned/i, () => request.context.bot.unassignDialog(dialog.id, request.signal));
  return { text: request.messages.unassigned(titleOf(chat)) };
};

export const close: Command = async (request) => {
  const { chat } = await namedChat(request);
  const dialog = openDialogOf(chat);
  if (dialog !== null) {
    await unless(/closed|not found|not the latest/i, () => request.context.bot.closeDialog(dialog.id, request.signal));
  }
  return { text: request.messages.closed(titleOf(chat)) };
};

export const open: Command = async (request) => {
  const { chat } = await chatOfArgs(request);
  if (openDialogOf(chat) === null) {
    await unless(/already/i, () => request.context.bot.openDialog(chat.id, undefined, request.signal));
  }
  return { text: request.messages.opened(titleOf(chat)), buttons: chatButtons(request, chat) };
};

export const tag: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  const names = tagsIn(request, rest);
  const dialog = demandDialog(request, chat);
  await request.context.bot.addTags(
    dialog.id,
    names.map((name) => ({ name })),
    request.signal,
  );
  return { text: request.messages.tagged(titleOf(chat), names.join(', ')) };
};

export const untag: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  const names = tagsIn(request, rest);
  const dialog = demandDialog(request, chat);
  await request.context.bot.removeTags(dialog.id, names, request.signal);
  return { text: request.messages.untagged(titleOf(chat), names.join(', ')) };
};

/** Buttons for the usual commands about a chat. */
export function chatButtons({ messages }: CommandRequest, chat: MgChat): NonNullable<CommandAnswer['buttons']> {
  const { buttons } = messages;
  const about = `#${chat.id}`;
  return [
    commandButton(buttons.assignMe, `/assign ${about} me`),
    commandButton(buttons.history, `/history ${about}`),
    commandButton(buttons.close, `/close ${about}`),
  ];
}

async function chatOfArgs(request: CommandRequest): Promise<{ readonly chat: MgChat }> {
  // A bare number can only be a chat here.
  const id = /^\d{1,15}$/.exec(request.args)?.[0];
  return id === undefined ? await namedChat(request) : { chat: await chatById(request, Number(id)) };
}

async function listFilter(request: CommandRequest): Promise<Readonly<Record<string, number | boolean>>> {
  const word = request.args.toLowerCase();
  if (['free', 'свободные'].includes(word)) return { assign: false };
  if (!['mine', 'my', 'мои'].includes(word)) return {};
  const link = await linkOf(request);
  if (link === null) throw new ConsoleRefusal(request.messages.notLinked);
  return { user_id: link.userId };
}

/** The chat and the state of its dialog in one line. */
function lineOf(request: CommandRequest, chat: MgChat): string {
  return `${titleOf(chat)} – ${stateOf(request, chat)}`;
}

function stateOf({ messages }: CommandRequest, chat: MgChat): string {
  const dialog = openDialogOf(chat);
  if (dialog === null) return messages.isClosed;
  return dialog.responsible === null ? messages.free : `${messages.responsible} ${dialog.responsible}`;
}

function listText(title: string, lines: readonly string[], count: number, { messages }: CommandRequest): string {
  const rest = count > lines.length ? [messages.more(count - lines.length)] : [];
  return [title, ...(count === 0 ? [] : lines), ...rest].join('\n');
}

/** Names of tags have 1 to 255 characters. */
function tagsIn({ messages }: CommandRequest, text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim().slice(0, 255))
    .filter((name) => name !== '');
  if (names.length === 0) throw new ConsoleRefusal(messages.nameTag);
  return names;
}

/** Ignores a refusal which means that the wanted state is already reached, perhaps by an earlier attempt. */
async function unless(reached: RegExp, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isRefusal(error, reached)) throw error;
  }
}
