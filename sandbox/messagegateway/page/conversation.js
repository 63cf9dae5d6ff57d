/** The chosen chat: its head with the acts on the dialog, its messages, the answer form. */
import { ChatView } from '../../kit/page/chat-view.js';
import { button, menu, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';
import { currentChat, dialogById, leader } from './live.js';
import { messageNode } from './message-node.js';
import { text } from './texts.js';

export class Conversation extends ChatView {
  constructor() {
    const isPrivate = node('input');
    isPrivate.type = 'checkbox';
    const privateWords = node('span');
    const extras = [node('label', 'check', isPrivate, privateWords)];
    const write = (written, files) => this.#write(written, files, isPrivate.checked);
    super({ id: 'answer', className: 'conversation', maxBytes: 20 * 1024 * 1024, write, extras });
    this.privateWords = privateWords;
    this.quote = node('p', 'hint');
    this.quote.hidden = true;
    this.composer.element.prepend(this.quote);
    this.shownTools = '';
    this.shownChat = null;
  }

  async #write(written, files, isPrivate) {
    const fields = { userId: model.managerId, text: written, private: isPrivate, files, quote: model.quoteId };
    await act('answer', { chatId: currentChat().id, ...fields });
    this.followLatest();
    model.quoteId = null;
  }

  draw() {
    const chat = currentChat();
    this.composer.element.hidden = chat === null;
    this.composer.draw(text('write'));
    this.privateWords.textContent = text('private');
    this.#drawQuote();
    this.#drawHead(chat);
    if (this.shownChat !== model.chatId) this.followLatest();
    this.shownChat = model.chatId;
    const choose = text(isWide() ? 'chooseChat' : 'chooseChatNarrow');
    const empty = chat === null && model.state.chats.length > 0 ? choose : text('noMessages');
    this.drawMessages(model.state.messages, (message) => messageNode(message, this.attempt), empty);
  }

  #drawQuote() {
    const { quoteId } = model;
    this.quote.hidden = quoteId === null;
    if (quoteId === null) return;
    const quoted = model.state.messages.find(({ id }) => id === quoteId);
    const drop = button('×', 'quiet', () => {
      model.quoteId = null;
      this.draw();
    });
    drop.setAttribute('aria-label', text('dropQuote'));
    this.quote.replaceChildren(text('reply'), (quoted?.text ?? `#${String(quoteId)}`).slice(0, 80), ' ', drop);
  }

  #drawHead(chat) {
    this.title.textContent = chat?.customerName ?? text('conversation');
    this.hint.textContent = chat === null ? '' : leader(chat);
    const dialog = chat === null ? null : dialogById(chat.dialogId);
    for (const { name } of dialog?.tags ?? []) {
      const tag = button(`${name} ×`, 'tag tag-button', () =>
        this.attempt(() => act('untag', { dialogId: dialog.id, name })),
      );
      this.hint.append(' ', tag);
    }
    // A menu that is open must not be replaced under the pointer.
    const wanted = JSON.stringify([document.documentElement.lang, chat?.id, dialog, model.state.bots]);
    if (wanted === this.shownTools) return;
    this.shownTools = wanted;
    this.tools.replaceChildren(...(chat === null ? [] : this.#toolButtons(chat, dialog)));
  }

  #toolButtons(chat, dialog) {
    const bots = model.state.bots.filter(({ isActive }) => isActive);
    const go = (name, fields) => this.attempt(() => act(name, fields));
    const buttons = [];
    if (dialog?.isOpen) {
      const dialogId = dialog.id;
      const commands = bots.flatMap((bot) =>
        bot.commands.map((name) => [`${bot.id} ${name}`, `${bot.name}: /${name}`]),
      );
      buttons.push(
        button(text('toMe'), 'quiet', () => go('assignUser', { dialogId, userId: model.managerId })),
        menu(
          text('toBot'),
          bots.map(({ id, name }) => [String(id), name]),
          (value) => go('assignBot', { dialogId, botId: Number(value) }),
        ),
        button(text('take'), 'quiet', () => go('unassign', { dialogId })),
        button(text('close'), 'quiet', () => go('close', { dialogId })),
        menu(text('command'), commands, (value) => {
          const [botId, name] = value.split(' ');
          const extra = prompt(text('commandArgs'), '');
          if (extra === null) return;
          return go('command', { dialogId, botId: Number(botId), command: `${name} ${extra}`.trim() });
        }),
        button(text('addTag'), 'quiet', () => {
          const name = prompt(text('newTag'), '');
          return name ? go('tag', { dialogId, name }) : undefined;
        }),
      );
    }
    buttons.push(button(text('read'), 'quiet', () => go('read', { chatId: chat.id })));
    return buttons;
  }
}
