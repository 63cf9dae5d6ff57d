/** One chat on the page: head, messages, input. What is shown and how it is sent comes from outside. */
import { messageBody } from './bb-code.js';
import { attachNodes, fileNodes, keyboardNode } from './blocks.js';
import { act, world } from './live.js';
import { text } from './texts.js';

const MAX_FILE_BYTES = 10 * 1024 * 1024;

function node(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.append(content);
  return element;
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

async function fileAsBase64(file) {
  if (file.size > MAX_FILE_BYTES) throw new Error(text('tooBig'));
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { name: file.name, base64: btoa(binary) };
}

/**
 * @param {{ id: string, placeholder?: string, viewerId: () => number, messages: () => object[], write: (text: string, files: object[]) => Promise<unknown>,
 *   empty: () => string, chatId: () => number | null, isHidden?: (message: object) => boolean, tools?: HTMLElement }} options
 */
export class ChatPane {
  constructor(options) {
    this.options = options;
    this.element = node('section', 'pane');
    this.element.id = `pane-${options.id}`;
    this.element.setAttribute('aria-label', text(options.id));
    this.title = node('h2');
    this.hint = node('p', 'hint');
    this.tools = node('div', 'tools');
    this.list = node('div', 'messages');
    this.list.setAttribute('role', 'log');
    this.status = node('p', 'typing');
    this.error = node('p', 'error');
    this.error.hidden = true;
    this.element.append(this.#head(), this.list, this.status, this.error, this.#form());
    this.shown = '';
    this.isAtEnd = true;
    this.list.addEventListener('scroll', () => {
      // A hidden list measures nothing; what it remembers stays true.
      if (this.list.clientHeight === 0) return;
      this.isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    });
  }

  #head() {
    const head = node('div', 'pane-head');
    head.append(this.title, this.hint, this.tools);
    return head;
  }

  #form() {
    const form = node('form', 'composer');
    this.input = node('textarea');
    this.input.rows = 2;
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.file = node('input');
    this.file.type = 'file';
    this.file.id = `file-${this.options.id}`;
    this.file.addEventListener('change', () => this.#showAttached());
    this.fileLabel = node('label', 'file-label');
    this.fileLabel.htmlFor = this.file.id;
    this.send = node('button', 'primary');
    this.send.type = 'submit';
    this.attached = node('span', 'attached');
    const row = node('div', 'composer-row');
    row.append(this.file, this.fileLabel, this.attached, this.send);
    form.append(this.input, row);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    return form;
  }

  #showAttached() {
    const file = this.file.files?.[0];
    this.attached.textContent = file === undefined ? '' : `${text('attached')}${file.name}`;
  }

  async #submit() {
    const written = this.input.value.trim();
    const chosen = [...(this.file.files ?? [])];
    if (written === '' && chosen.length === 0) return;
    this.send.disabled = true;
    try {
      await this.options.write(written, await Promise.all(chosen.map(fileAsBase64)));
      this.input.value = '';
      this.file.value = '';
      this.#showAttached();
      this.error.hidden = true;
    } catch (failure) {
      this.#fail(failure);
    } finally {
      this.send.disabled = false;
    }
  }

  #fail(failure) {
    this.error.textContent = `${text('unsent')}${failure.message}`;
    this.error.hidden = false;
  }

  /** Puts text at the cursor. */
  insert(extra) {
    this.input.setRangeText(extra, this.input.selectionStart, this.input.selectionEnd, 'end');
    this.input.focus();
  }

  /** Draws words and messages as they are now. */
  draw() {
    const { id } = this.options;
    this.title.textContent = text(id);
    this.hint.textContent = text(`${id}Hint`);
    this.input.placeholder = text('write');
    this.input.setAttribute('aria-label', `${text(id)}: ${text('write')}`);
    this.send.textContent = text('send');
    this.fileLabel.textContent = text('attach');
    this.#drawMessages();
    this.#drawTyping();
  }

  #drawMessages() {
    const messages = this.options.messages();
    const stamp = JSON.stringify([text('send'), this.options.viewerId(), this.options.empty(), messages]);
    const { isAtEnd } = this;
    if (stamp !== this.shown) {
      this.shown = stamp;
      this.list.replaceChildren(...messages.map((message) => this.#message(message, messages)));
      if (messages.length === 0) this.list.append(node('p', 'empty', this.options.empty()));
    }
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  #drawTyping() {
    const typing = world.typing.get(this.options.chatId());
    const isTyping = typing !== undefined && typing.until > Date.now();
    this.status.textContent = isTyping ? `${typing.name} ${text('typing')}` : '';
  }

  #message(message, all) {
    const isOwn = message.authorId === this.options.viewerId();
    const box = node('article', `message ${isOwn ? 'own' : ''} ${message.system ? 'system' : ''}`);
    box.dataset.messageId = String(message.id);
    const author = message.system ? text('system') : isOwn ? text('you') : message.authorName;
    const head = node('div', 'meta');
    head.append(node('strong', '', author));
    if (message.isBot) head.append(node('span', 'tag', text('bot')));
    if (message.skipConnector && !message.system) head.append(node('span', 'tag', text('forOperators')));
    head.append(node('time', '', clock(message.date)));
    if (message.edited) head.append(node('span', '', text('edited')));
    box.append(head);
    if (message.deleted) {
      box.append(node('p', 'gone', text('deleted')));
      return box;
    }
    const replied = all.find(({ id }) => id === message.replyTo);
    if (replied !== undefined) box.append(node('blockquote', '', `${text('reply')}${replied.text.slice(0, 120)}`));
    if (message.text !== '') box.append(messageBody(message.text));
    box.append(...attachNodes(message.attach), ...fileNodes(message.files));
    if (message.keyboard.length > 0)
      box.append(keyboardNode(message.keyboard, (index, button) => this.#press(message, index, button)));
    this.#reactions(box, message);
    if (isOwn && !message.system) box.append(this.#ownTools(message));
    return box;
  }

  #reactions(box, message) {
    const codes = Object.values(message.reactions).flat();
    if (codes.length > 0) box.append(node('p', 'reactions', codes.join(' · ')));
  }

  #ownTools(message) {
    const tools = node('div', 'own-tools');
    const edit = node('button', 'quiet', text('edit'));
    edit.type = 'button';
    edit.addEventListener('click', () => {
      const next = window.prompt(text('newText'), message.text);
      if (next !== null && next.trim() !== '') void this.#do('editMessage', { messageId: message.id, text: next });
    });
    const remove = node('button', 'quiet', text('remove'));
    remove.type = 'button';
    remove.addEventListener('click', () => void this.#do('deleteMessage', { messageId: message.id }));
    tools.append(edit, remove);
    return tools;
  }

  #press(message, index, button) {
    if (button.ACTION === 'PUT') {
      this.insert(button.ACTION_VALUE);
      return;
    }
    void this.#do('pressButton', { userId: this.options.viewerId(), messageId: message.id, index });
  }

  async #do(name, fields) {
    try {
      await act(name, fields);
    } catch (failure) {
      this.#fail(failure);
    }
  }
}
