/** The chosen chat: its head with the acts on the dialog, its messages, the answer form. */
import { leader } from './dialog-list.js';
import { act, button, currentChat, dialogById, node, world } from './live.js';
import { messageNode } from './message-node.js';
import { text } from './texts.js';

const MAX_FILE_BYTES = 20 * 1024 * 1024;

async function fileAsBase64(file) {
  if (file.size > MAX_FILE_BYTES) throw new Error(text('tooBig'));
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { name: file.name, base64: btoa(binary) };
}

/** A menu that acts at once and then shows its title again. */
function menu(title, options, choose) {
  const select = node('select', 'menu');
  select.setAttribute('aria-label', title);
  select.append(new Option(title, ''));
  for (const [value, label] of options) select.append(new Option(label, value));
  select.disabled = options.length === 0;
  select.addEventListener('change', () => {
    const { value } = select;
    select.value = '';
    if (value !== '') void choose(value);
  });
  return select;
}

export class Conversation {
  constructor() {
    this.element = node('section', 'pane conversation');
    this.title = node('h2');
    this.hint = node('p', 'hint');
    this.tools = node('div', 'tools');
    this.list = node('div', 'messages');
    this.list.setAttribute('role', 'log');
    this.error = node('p', 'error');
    this.error.hidden = true;
    this.error.setAttribute('role', 'alert');
    this.form = this.#makeForm();
    this.element.append(node('div', 'pane-head', this.title, this.hint, this.tools), this.list, this.error, this.form);
    this.shown = '';
    this.shownTools = '';
    this.shownChat = null;
  }

  /** Runs an act and shows why it was refused. */
  attempt = async (work) => {
    this.error.hidden = true;
    try {
      await work();
      return true;
    } catch (failure) {
      this.error.textContent = failure.message;
      this.error.hidden = false;
      return false;
    }
  };

  #makeForm() {
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
    this.file.id = 'answer-file';
    this.file.addEventListener('change', () => this.#showAttached());
    this.fileLabel = node('label', 'file-label');
    this.fileLabel.htmlFor = this.file.id;
    this.private = node('input');
    this.private.type = 'checkbox';
    this.privateWords = node('span');
    this.attached = node('span', 'attached');
    this.quote = node('p', 'hint');
    this.quote.hidden = true;
    this.send = node('button', 'primary');
    this.send.type = 'submit';
    const privately = node('label', 'check', this.private, this.privateWords);
    form.append(
      this.quote,
      this.input,
      node('div', 'composer-row', this.file, this.fileLabel, this.attached, privately, this.send),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    return form;
  }

  #showAttached() {
    const file = this.file.files?.[0];
    this.attached.textContent = file === undefined ? '' : text('attached') + file.name;
  }

  async #submit() {
    const written = this.input.value.trim();
    const chosen = [...(this.file.files ?? [])];
    const chat = currentChat();
    if (chat === null || (written === '' && chosen.length === 0) || this.send.disabled) return;
    this.send.disabled = true;
    const isPrivate = this.private.checked;
    const isDone = await this.attempt(async () => {
      const files = await Promise.all(chosen.map(fileAsBase64));
      const fields = { userId: world.managerId, text: written, private: isPrivate, files, quote: world.quoteId };
      await act('answer', { chatId: chat.id, ...fields });
    });
    this.send.disabled = false;
    if (!isDone) return;
    // The own message is to be seen, wherever the list stood.
    this.shownChat = null;
    world.quoteId = null;
    this.input.value = '';
    this.file.value = '';
    this.#showAttached();
  }

  draw() {
    const chat = currentChat();
    this.form.hidden = chat === null;
    this.input.placeholder = text('write');
    this.input.setAttribute('aria-label', text('write'));
    this.fileLabel.textContent = text('attach');
    this.privateWords.textContent = text('private');
    this.send.textContent = text('send');
    this.#drawQuote();
    this.#drawHead(chat);
    this.#drawMessages(chat);
  }

  #drawQuote() {
    const { quoteId } = world;
    this.quote.hidden = quoteId === null;
    if (quoteId === null) return;
    const quoted = world.state.messages.find(({ id }) => id === quoteId);
    const drop = button('×', 'quiet', () => {
      world.quoteId = null;
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
    const wanted = JSON.stringify([document.documentElement.lang, chat?.id, dialog, world.state.bots]);
    if (wanted === this.shownTools) return;
    this.shownTools = wanted;
    this.tools.replaceChildren(...(chat === null ? [] : this.#toolButtons(chat, dialog)));
  }

  #toolButtons(chat, dialog) {
    const bots = world.state.bots.filter(({ isActive }) => isActive);
    const go = (name, fields) => this.attempt(() => act(name, fields));
    const buttons = [];
    if (dialog?.isOpen) {
      const dialogId = dialog.id;
      const commands = bots.flatMap((bot) =>
        bot.commands.map((name) => [`${bot.id} ${name}`, `${bot.name}: /${name}`]),
      );
      buttons.push(
        button(text('toMe'), 'quiet', () => go('assignUser', { dialogId, userId: world.managerId })),
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

  #drawMessages(chat) {
    const { messages } = world.state;
    const wanted = JSON.stringify([document.documentElement.lang, world.chatId, messages]);
    if (wanted === this.shown) return;
    const isOther = this.shownChat !== world.chatId;
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    this.shown = wanted;
    this.shownChat = world.chatId;
    const isNarrow = !matchMedia('(min-width: 900px)').matches;
    const choose = text(isNarrow ? 'chooseChatNarrow' : 'chooseChat');
    const empty = chat === null && world.state.chats.length > 0 ? choose : text('noMessages');
    const nodes = messages.map((message) => messageNode(message, this.attempt));
    this.list.replaceChildren(...(nodes.length === 0 ? [node('p', 'empty', empty)] : nodes));
    if (isAtEnd || isOther) this.list.scrollTop = this.list.scrollHeight;
  }
}
