/** Commands that bind a console to a chat, and unbind it. */

import { bindingOfChat, unbind as removeBinding, bind as storeBinding } from './bindings.ts';
import { type Command, ConsoleRefusal, commandButton } from './command-request.ts';
import { chatButtons } from './dialog-commands.ts';
import { channelOf, chatById, customerOf, maxTextOf, titleOf } from './find-chat.ts';
import { historyLines, readHistory } from './history.ts';
import { takeId } from './parse-line.ts';

/** Messages shown when a chat is bound, so that the group knows what it is about. */
const firstLines = 5;

/** `bind 12`. A chat that is bound to another group is moved only by `bind 12 here`. */
export const bind: Command = async (request) => {
  const { context, to, messages } = request;
  const { state } = context.tools;
  const { id, rest } = takeId(request.args);
  if (id === null) throw new ConsoleRefusal(messages.nameChat);
  const chat = await chatById(request, id);
  const before = await bindingOfChat(state, id);
  const isElsewhere = before !== null && before.ref !== to.ref;
  if (isElsewhere && !['here', 'сюда'].includes(rest.toLowerCase())) {
    return {
      text: messages.boundElsewhere(before.title),
      buttons: [commandButton(messages.buttons.here, `/bind ${id} here`)],
    };
  }
  const isHere = before !== null && !isElsewhere;
  const after = isHere ? before.after : ((await readHistory(request, chat, firstLines)).at(-1)?.id ?? 0);
  await storeBinding(state, {
    ref: to.ref,
    chatId: id,
    after,
    customer: customerOf(chat),
    channel: channelOf(chat),
    title: request.chat.title || request.author.name,
    maxText: maxTextOf(chat),
  });
  // Read again, because messages may have come while the binding was stored. Such a message is shown twice rather than never.
  const history = isHere ? [] : await readHistory(request, await chatById(request, id), firstLines);
  const known = historyLines(request, history.filter(({ type }) => type !== 'system').slice(-firstLines));
  return {
    text: [messages.bound(titleOf(chat)), ...(known.length === 0 ? [] : ['', ...known])].join('\n'),
    buttons: [...chatButtons(request, chat), commandButton(messages.buttons.unbind, '/unbind')],
  };
};

export const unbind: Command = async ({ context, to, binding, messages }) => {
  await removeBinding(context.tools.state, to);
  if (binding === null) return { text: messages.notBound };
  return {
    text: messages.unbound(`#${binding.chatId} ${binding.customer} · ${binding.channel}`),
    buttons: [commandButton(messages.buttons.list, '/list')],
  };
};
