/** One chat of the portal on the page, as one of its members sees it. The options decide what is shown and how messages are sent. */
import { ChatView } from '../../kit/page/chat-view.js';
import { button, clock, node, safeAddress } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { messageBody } from './bb-code.js';
import { attachNodes, fileNodes, keyboardNode, menuNode } from './blocks.js';
import { likeButton, reactionsNode } from './reactions.js';
import { text } from './texts.js';

/**
 * `viewer` names the person of the scene who views the chat.
 * @typedef {{ id: string, viewer: string, chat: () => object | undefined, isShown?: (message: object) => boolean, empty: () => string,
 *   write: (text: string, files: object[]) => Promise<unknown>, drawTools?: () => void }} PaneOptions
 */
export class ChatPane extends ChatView {
  /** @param {PaneOptions} options */
  constructor(options) {
    super({ id: options.id, maxBytes: 10 * 1024 * 1024, write: options.write });
    this.options = options;
    /** What the last pressed button would have done outside of the portal. */
    this.told = '';
    this.element.id = `pane-${options.id}`;
  }

  /** Draws the labels and messages as they are now. */
  draw() {
    const { id, isShown = () => true, empty } = this.options;
    this.options.drawTools?.();
    this.element.setAttribute('aria-label', text(id));
    this.title.textContent = text(id);
    this.hint.textContent = text(`${id}Hint`);
    this.composer.draw(`${text(id)}: ${text('write')}`);
    const chat = this.options.chat();
    const shown = (chat?.messages ?? []).filter(isShown);
    this.drawMessages(shown, (message) => this.#message(message, shown), empty(), this.#viewerId());
    const typing = model.typing.get(chat?.id);
    const isTyping = typing !== undefined && typing.until > Date.now();
    this.status.textContent = isTyping ? `${typing.name} ${text(typing.words)}` : this.told;
  }

  #viewerId() {
    return model.scene?.[this.options.viewer] ?? 0;
  }

  #head(message, isOwn) {
    const author = message.system ? text('system') : isOwn ? text('you') : message.authorName;
    const head = node('div', 'meta', node('strong', '', author));
    if (message.isBot) head.append(node('span', 'tag', text('bot')));
    if (message.skipConnector && !message.system) head.append(node('span', 'tag', text('forOperators')));
    head.append(node('time', '', clock(message.date)));
    if (message.edited) head.append(node('span', '', text('edited')));
    return head;
  }

  #message(message, all) {
    const isOwn = message.authorId === this.#viewerId();
    const box = node('article', `message ${isOwn ? 'own' : ''} ${message.system ? 'system' : ''}`);
    box.dataset.messageId = String(message.id);
    box.append(this.#head(message, isOwn));
    if (message.deleted) {
      box.append(node('p', 'gone', text('deleted')));
      return box;
    }
    const replied = all.find(({ id }) => id === message.replyTo);
    if (replied !== undefined) box.append(node('blockquote', '', `${text('reply')}${replied.text.slice(0, 120)}`));
    if (message.text !== '') box.append(messageBody(message.text));
    box.append(...attachNodes(message.attach), ...fileNodes(message.files));
    if (message.keyboard.length > 0) {
      box.append(keyboardNode(message.keyboard, (index, key) => this.#press(message, index, key)));
    }
    if (message.menu.length > 0)
      box.append(menuNode(message.menu, (index, item) => this.#press(message, index, item, 'pressMenu')));
    const reactions = reactionsNode(message);
    if (reactions !== null) box.append(reactions);
    if (message.isBot) box.append(this.#like(message));
    if (isOwn && !message.system) box.append(this.#ownTools(message));
    return box;
  }

  #like({ id: messageId, ...message }) {
    const userId = this.#viewerId();
    const react = (isOn) => this.#do('react', { userId, messageId, reaction: 'like', isOn });
    return likeButton(message, userId, react);
  }

  #ownTools(message) {
    const messageId = message.id;
    const edit = button(text('edit'), 'quiet', () => {
      const next = window.prompt(text('newText'), message.text) ?? '';
      return next.trim() === '' ? undefined : this.#do('editMessage', { messageId, text: next });
    });
    const remove = button(text('remove'), 'quiet', () => this.#do('deleteMessage', { messageId }));
    return node('div', 'own-tools', edit, remove);
  }

  /** Actions that only the person's own window performs, without the portal. */
  #press(message, index, key, act = 'pressButton') {
    const value = key.ACTION_VALUE ?? '';
    this.#tell('');
    if (key.ACTION === 'PUT') this.composer.insert(value);
    else if (key.ACTION === 'COPY') void navigator.clipboard?.writeText(value).catch(() => undefined);
    if (key.ACTION === 'COPY' || key.ACTION === 'CALL' || key.ACTION === 'DIALOG')
      this.#tell(`${text(key.ACTION.toLowerCase())} ${value}`);
    else if (act === 'pressMenu' && safeAddress(key.LINK) !== null)
      window.open(safeAddress(key.LINK), '_blank', 'noopener,noreferrer');
    else if (key.ACTION !== 'PUT') void this.#do(act, { userId: this.#viewerId(), messageId: message.id, index });
  }

  #tell(words) {
    this.told = words;
    this.status.textContent = words;
  }

  #do(name, fields) {
    return this.attempt(() => act(name, fields));
  }
}
