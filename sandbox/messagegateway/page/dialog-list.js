/** The list of chats with who leads each. */
import { chooseChat, dialogById, nameOf, node, world } from './live.js';
import { text } from './texts.js';

/** Who has the dialog, in words. */
export function leader(chat) {
  if (!chat.isDialogOpen) return text('closed');
  const responsible = dialogById(chat.dialogId)?.responsible ?? null;
  if (responsible === null) return text('free');
  return text(responsible.type === 'bot' ? 'withBot' : 'withPerson') + nameOf(responsible);
}

export class DialogList {
  constructor(onChosen) {
    this.onChosen = onChosen;
    this.element = node('section', 'pane dialog-list');
  }

  draw() {
    const { chats, channels } = world.state;
    const head = node('div', 'pane-head', node('h2', '', text('dialogs')));
    if (chats.length === 0) {
      this.element.replaceChildren(head, node('p', 'empty', text('noChats')));
      return;
    }
    const list = node('ul', 'chat-items');
    for (const chat of chats) list.append(node('li', '', this.#item(chat, channels)));
    this.element.replaceChildren(head, list);
  }

  #item(chat, channels) {
    const channel = channels.find(({ id }) => id === chat.channelId);
    const item = node('button', 'chat-item');
    item.type = 'button';
    item.setAttribute('aria-current', String(chat.id === world.chatId));
    const name = node('span', 'chat-name', chat.customerName || `#${chat.id}`);
    if (chat.notRead > 0) {
      const count = node('span', 'count', String(chat.notRead));
      count.title = text('unread') + chat.notRead;
      name.append(' ', count);
    }
    item.append(name, node('span', 'chat-leader', leader(chat)));
    item.append(node('span', 'chat-channel', channel?.name || channel?.type || ''));
    item.addEventListener('click', async () => {
      await chooseChat(chat.id);
      this.onChosen();
    });
    return item;
  }
}
