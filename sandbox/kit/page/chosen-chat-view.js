/** The chosen conversation of a page with a list of them. Pages extend it with their titles, tools and messages. */
import { ChatView } from './chat-view.js';
import { chosenChat } from './chosen.js';
import { model } from './live.js';
import { isWide } from './shell.js';
import { currentLanguage, text } from './texts.js';

/**
 * A page defines `titleOf(chat)`, `hintOf(chat)` (text and nodes below the title), `toolsOf(chat)` (buttons and menus of the header) and
 * `messageNode(message)`. The messages come from `messages` of the state.
 */
export class ChosenChatView extends ChatView {
  #shownTools = '';
  #shownChat = null;

  constructor(options) {
    super({ id: 'answer', className: 'conversation', ...options });
  }

  /** What the tools depend on besides the chat's id. They are rebuilt only when it changes, so that a button is not replaced while it is pressed. */
  toolsShow() {
    return null;
  }

  draw() {
    const chat = chosenChat();
    this.composer.element.hidden = chat === null;
    this.composer.draw(text('write'));
    this.title.textContent = chat === null ? text('conversation') : this.titleOf(chat);
    this.hint.replaceChildren(...(chat === null ? [] : this.hintOf(chat)));
    this.#drawTools(chat);
    if (this.#shownChat !== model.chatId) this.followLatest();
    this.#shownChat = model.chatId;
    const choose = text(isWide() ? 'choose' : 'chooseNarrow');
    const empty = chat === null && model.state.chats.length > 0 ? choose : text('noMessages');
    const messages = chat === null ? [] : model.state.messages;
    this.drawMessages(messages, (message) => this.messageNode(message), empty);
  }

  #drawTools(chat) {
    const wanted = JSON.stringify([currentLanguage(), chat?.id, chat === null ? null : this.toolsShow(chat)]);
    if (wanted === this.#shownTools) return;
    this.#shownTools = wanted;
    this.tools.replaceChildren(...(chat === null ? [] : this.toolsOf(chat)));
  }
}
