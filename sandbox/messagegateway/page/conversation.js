/** The chosen chat: its header with the actions on the dialog, its messages, the answer form. */
import { ChosenChatView } from '../../kit/page/chosen-chat-view.js';
import { button, menu, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { checkBox } from '../../kit/page/tools-view.js';
import { dialogById, leader, quoteId } from './live.js';
import { messageNode } from './message-node.js';
import { text } from './texts.js';

export class Conversation extends ChosenChatView {
  constructor() {
    const staffOnly = checkBox();
    const write = (written, files) => this.#write(written, files, staffOnly.input.checked);
    super({ maxBytes: 20 * 1024 * 1024, write, extras: [staffOnly.element] });
    this.staffOnly = staffOnly;
    this.quote = node('p', 'hint');
    this.composer.element.prepend(this.quote);
  }

  async #write(written, files, isPrivate) {
    const fields = { userId: model.managerId, text: written, private: isPrivate, files, quote: quoteId() };
    await act('answer', { chatId: model.chatId, ...fields });
    this.followLatest();
    model.quote = null;
  }

  draw() {
    this.staffOnly.label.textContent = text('private');
    this.#drawQuote();
    super.draw();
  }

  titleOf({ customerName }) {
    return customerName;
  }

  hintOf(chat) {
    const dialog = dialogById(chat.dialogId);
    const tags = (dialog?.tags ?? []).map(({ name }) =>
      button(`${name} ×`, 'tag tag-button', () => this.attempt(() => act('untag', { dialogId: dialog.id, name }))),
    );
    return [leader(chat), ...tags.flatMap((tag) => [' ', tag])];
  }

  toolsShow({ dialogId }) {
    return [dialogById(dialogId), model.state.bots];
  }

  messageNode(message) {
    return messageNode(message, this.attempt);
  }

  #drawQuote() {
    const id = quoteId();
    this.quote.hidden = id === null;
    if (id === null) return;
    const quoted = model.state.messages.find((message) => message.id === id);
    const drop = button('×', 'quiet', () => {
      model.quote = null;
      this.draw();
    });
    drop.setAttribute('aria-label', text('dropQuote'));
    this.quote.replaceChildren(text('reply'), (quoted?.text ?? `#${String(id)}`).slice(0, 80), ' ', drop);
  }

  toolsOf(chat) {
    const dialog = dialogById(chat.dialogId);
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
