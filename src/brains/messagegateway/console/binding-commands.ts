/** Commands that bind a console to a chat, and let it go. */

import { bindingOfChat, unbind as removeBinding, bind as storeBinding } from './bindings.ts';
import { type Command, ConsoleRefusal, commandButton } from './command-request.ts';
import { chatButtons } from './dialog-commands.ts';
import { channelOf, chatById, customerOf, maxTextOf, titleOf } from './find-chat.ts';
import { historyLines, readHistory } from './history.ts';
import { takeId } from './parse-line.ts';

/** Shown when a chat is bound, so that the group knows what it is about. */
const firstLines = 5;

/** `bind 12`; a chat of another group moves only when told so: `bind 12 here`. */
export const bind: Command = async (ask) => {
  const { context, to, phrases } = ask;
  const { state } = context.tools;
  const { id, rest } = takeId(ask.args);
  if (id === null) throw new ConsoleRefusal(phrases.nameChat);
  const chat = await chatById(ask, id);
  const before = await bindingOfChat(state, id);
  const isElsewhere = before !== null && before.ref !== to.ref;
  if (isElsewhere && !['here', 'сюда'].includes(rest.toLowerCase())) {
    return {
      text: phrases.boundElsewhere(before.title),
      buttons: [commandButton(phrases.buttons.here, `/bind ${id} here`)],
    };
  }
  const isHere = before !== null && !isElsewhere;
  const after = isHere ? before.after : ((await readHistory(ask, chat, firstLines)).at(-1)?.id ?? 0);
  await storeBinding(state, {
    ref: to.ref,
    chatId: id,
    after,
    customer: customerOf(chat),
    channel: channelOf(chat),
    title: ask.chat.title || ask.author.name,
    maxText: maxTextOf(chat),
  });
  // Read again: what was said while the binding was being stored is rather shown twice than never.
  const history = isHere ? [] : await readHistory(ask, await chatById(ask, id), firstLines);
  const known = historyLines(ask, history.filter(({ type }) => type !== 'system').slice(-firstLines));
  return {
    text: [phrases.bound(titleOf(chat)), ...(known.length === 0 ? [] : ['', ...known])].join('\n'),
    buttons: [...chatButtons(ask, chat), commandButton(phrases.buttons.unbind, '/unbind')],
  };
};

export const unbind: Command = async ({ context, to, binding, phrases }) => {
  await removeBinding(context.tools.state, to);
  if (binding === null) return { text: phrases.notBound };
  return {
    text: phrases.unbound(`#${binding.chatId} ${binding.customer} · ${binding.channel}`),
    buttons: [commandButton(phrases.buttons.list, '/list')],
  };
};
