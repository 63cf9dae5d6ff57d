/** Commands about dialogs: what is open, who leads it, its tags, its end. All of them may be repeated. */

import { isRefusal } from '../api/mg-http.ts';
import type { MgChat } from '../api/mg-shapes.ts';
import { readPages } from '../api/pages.ts';
import { type Answer, type Ask, type Command, ConsoleRefusal, commandButton } from './command-request.ts';
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

/** Lines of one answer: a chat is no report. */
const maxLines = 10;

/** Buttons under a list. */
const maxButtons = 5;

/** Open dialogs, the newest first; with `free` those nobody leads, with `mine` those of whoever asks. */
export const list: Command = async (ask) => {
  const { context, phrases, signal } = ask;
  const filter = { active: true, ...(await listFilter(ask)) };
  const all = await readPages((bounds) => context.apis.bot.dialogs(bounds, signal), filter);
  // A dialog may have been closed while the list was read; one without a chat could not be named.
  const open = all.filter((dialog) => !dialog.closed_at && typeof dialog.chat_id === 'number').toReversed();
  const shown: MgChat[] = [];
  for (const dialog of open.slice(0, maxLines)) {
    const [chat] = await readChats(ask, { id: dialog.chat_id ?? 0 });
    if (chat !== undefined) shown.push(chat);
  }
  return {
    text: listText(
      phrases.dialogsTitle(open.length),
      shown.map((chat) => lineOf(ask, chat)),
      open.length,
      ask,
    ),
    buttons: shown
      .slice(0, maxButtons)
      .map((chat) =>
        commandButton(`${phrases.buttons.bind} #${chat.id} ${customerOf(chat)}`.slice(0, 60), `/bind ${chat.id}`),
      ),
  };
};

/** Chats by their last activity, as far as one page reaches. */
export const chats: Command = async (ask) => {
  const { phrases } = ask;
  const all = await readPages((bounds) => readChats(ask, bounds), {}, 1);
  const shown = all.toReversed().slice(0, maxLines);
  return {
    text: listText(
      phrases.chatsTitle(all.length),
      shown.map((chat) => lineOf(ask, chat)),
      all.length,
      ask,
    ),
  };
};

/** One chat: customer, channel, who leads, tags. */
export const show: Command = async (ask) => {
  const { phrases, context, signal } = ask;
  const { chat } = await chatOfArgs(ask);
  const dialog = openDialogOf(chat);
  const [full] = dialog === null ? [] : await context.apis.bot.dialogs({ id: dialog.id }, signal);
  const tags = (full?.tags ?? []).map(({ name }) => name).join(', ');
  const lines = [
    titleOf(chat),
    `${phrases.channel}: ${channelOf(chat)} (${chat.channel?.type ?? '—'})`,
    ...(chat.customer?.phone ? [`${phrases.phone}: ${chat.customer.phone}`] : []),
    ...(chat.customer?.email ? [`E-mail: ${chat.customer.email}`] : []),
    stateOf(ask, chat),
    ...(tags === '' ? [] : [`${phrases.tags}: ${tags}`]),
  ];
  return { text: lines.join('\n'), buttons: chatButtons(ask, chat) };
};

/** `assign [#12] me | bot | somebody`; without a name it is whoever asks. */
export const assign: Command = async (ask) => {
  const { context, phrases, signal } = ask;
  const { chat, rest } = await namedChat(ask);
  const dialog = demandDialog(ask, chat);
  const word = rest.toLowerCase();
  if (['bot', 'бот', 'боту'].includes(word)) {
    await context.apis.bot.assignDialog(dialog.id, { bot_id: context.config.joined.bot.botId }, signal);
    return { text: phrases.assigned(titleOf(chat), phrases.toBot) };
  }
  const isMe = ['', 'me', 'мне', 'я', 'себе'].includes(word);
  const link = isMe ? await linkOf(ask) : null;
  if (isMe && link === null) throw new ConsoleRefusal(phrases.notLinked);
  const user = await findUser(ask, link === null ? rest : String(link.userId));
  await context.apis.bot.assignDialog(dialog.id, { user_id: user.id }, signal);
  return { text: phrases.assigned(titleOf(chat), nameOf(user)) };
};

export const unassign: Command = async (ask) => {
  const { chat } = await namedChat(ask);
  const dialog = demandDialog(ask, chat);
  await unless(/not assigned/i, () => ask.context.apis.bot.unassignDialog(dialog.id, ask.signal));
  return { text: ask.phrases.unassigned(titleOf(chat)) };
};

export const close: Command = async (ask) => {
  const { chat } = await namedChat(ask);
  const dialog = openDialogOf(chat);
  if (dialog !== null) {
    await unless(/closed|not found|not the latest/i, () => ask.context.apis.bot.closeDialog(dialog.id, ask.signal));
  }
  return { text: ask.phrases.closed(titleOf(chat)) };
};

export const open: Command = async (ask) => {
  const { chat } = await chatOfArgs(ask);
  if (openDialogOf(chat) === null) {
    await unless(/already/i, () => ask.context.apis.bot.openDialog(chat.id, undefined, ask.signal));
  }
  return { text: ask.phrases.opened(titleOf(chat)), buttons: chatButtons(ask, chat) };
};

export const tag: Command = async (ask) => {
  const { chat, rest } = await namedChat(ask);
  const names = tagsIn(ask, rest);
  const dialog = demandDialog(ask, chat);
  await ask.context.apis.bot.addTags(
    dialog.id,
    names.map((name) => ({ name })),
    ask.signal,
  );
  return { text: ask.phrases.tagged(titleOf(chat), names.join(', ')) };
};

export const untag: Command = async (ask) => {
  const { chat, rest } = await namedChat(ask);
  const names = tagsIn(ask, rest);
  const dialog = demandDialog(ask, chat);
  await ask.context.apis.bot.removeTags(dialog.id, names, ask.signal);
  return { text: ask.phrases.untagged(titleOf(chat), names.join(', ')) };
};

/** What is usually done with a chat. */
export function chatButtons({ phrases }: Ask, chat: MgChat): NonNullable<Answer['buttons']> {
  const { buttons } = phrases;
  const about = `#${chat.id}`;
  return [
    commandButton(buttons.assignMe, `/assign ${about} me`),
    commandButton(buttons.history, `/history ${about}`),
    commandButton(buttons.close, `/close ${about}`),
  ];
}

async function chatOfArgs(ask: Ask): Promise<{ readonly chat: MgChat }> {
  // Here a bare number can only be a chat.
  const id = /^\d{1,15}$/.exec(ask.args)?.[0];
  return id === undefined ? await namedChat(ask) : { chat: await chatById(ask, Number(id)) };
}

async function listFilter(ask: Ask): Promise<Readonly<Record<string, number | boolean>>> {
  const word = ask.args.toLowerCase();
  if (['free', 'свободные'].includes(word)) return { assign: false };
  if (!['mine', 'my', 'мои'].includes(word)) return {};
  const link = await linkOf(ask);
  if (link === null) throw new ConsoleRefusal(ask.phrases.notLinked);
  return { user_id: link.userId };
}

/** A MessageGateway dialog in one line. */
function lineOf(ask: Ask, chat: MgChat): string {
  return `${titleOf(chat)} – ${stateOf(ask, chat)}`;
}

function stateOf({ phrases }: Ask, chat: MgChat): string {
  const dialog = openDialogOf(chat);
  if (dialog === null) return phrases.isClosed;
  return dialog.responsible === null ? phrases.free : `${phrases.responsible} ${dialog.responsible}`;
}

function listText(title: string, lines: readonly string[], count: number, { phrases }: Ask): string {
  const rest = count > lines.length ? [phrases.more(count - lines.length)] : [];
  return [title, ...(count === 0 ? [] : lines), ...rest].join('\n');
}

/** Names of tags have 1 to 255 characters. */
function tagsIn({ phrases }: Ask, text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim().slice(0, 255))
    .filter((name) => name !== '');
  if (names.length === 0) throw new ConsoleRefusal(phrases.nameTag);
  return names;
}

/** Refused because it is so already, perhaps by an earlier attempt of ours: reached all the same. */
async function unless(reached: RegExp, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isRefusal(error, reached)) throw error;
  }
}
