/** The chosen conversation: what was said, the acts on it, the answer form. */
import { ChatView } from '../../kit/page/chat-view.js';
import { button, clock, linkOrText, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

const SIGNALS = ['typing', 'handover', 'take_back', 'finish'];

export function currentConversation() {
  return model.state?.conversations.find(({ ref }) => ref === model.ref) ?? null;
}

export class Conversation extends ChatView {
  constructor() {
    const internal = node('input');
    internal.type = 'checkbox';
    const internalWords = node('span');
    const write = async (written) => {
      await act('say', { ref: model.ref, text: written, internal: internal.checked });
      this.followLatest();
    };
    const extras = [node('label', 'check', internal, internalWords)];
    super({ id: 'answer', className: 'conversation', maxBytes: 0, write, extras });
    this.internalWords = internalWords;
    // Files come by address in this protocol; the page sends text only.
    this.composer.file.remove();
    this.composer.fileLabel.remove();
    this.shownHead = '';
  }

  draw() {
    const conversation = currentConversation();
    this.composer.element.hidden = conversation === null;
    this.composer.draw(text('write'));
    this.internalWords.textContent = text('internal');
    this.title.textContent = conversation?.title ?? text('conversation');
    this.hint.textContent = conversation === null ? '' : `${conversation.bot} · ${text(conversation.owner)}`;
    const wanted = JSON.stringify([document.documentElement.lang, model.ref]);
    if (wanted !== this.shownHead) {
      this.shownHead = wanted;
      this.followLatest();
      const signal = (type) =>
        button(text(type), 'quiet', () => this.attempt(() => act('signal', { ref: model.ref, type })));
      this.tools.replaceChildren(...(conversation === null ? [] : SIGNALS.map(signal)));
    }
    const empty = text(conversation === null ? 'choose' : 'noMessages');
    this.drawMessages(conversation?.lines ?? [], (line) => this.#lineNode(line), empty);
  }

  #lineNode(line) {
    const element = node('article', `message ${line.who === 'us' ? 'own' : ''}`);
    const meta = node(
      'div',
      'meta',
      node('strong', '', line.name || text(line.who)),
      node('span', '', clock(line.at, true)),
    );
    if (line.isEdited) meta.append(node('span', '', text('edited')));
    element.append(meta);
    if (line.isDeleted) {
      element.append(node('p', 'gone', text('deleted')));
      return element;
    }
    element.append(node('div', 'body', line.text), ...line.files.map(({ name, url }) => linkOrText(url, `📎 ${name}`)));
    if (line.who === 'us') element.append(this.#tools(line));
    return element;
  }

  #tools({ id, text: before }) {
    const { ref } = model;
    return node(
      'div',
      'own-tools',
      button(text('edit'), 'quiet', () => {
        const next = prompt(text('newText'), before);
        return next ? this.attempt(() => act('edit', { ref, id, text: next })) : undefined;
      }),
      button(text('remove'), 'quiet', () => this.attempt(() => act('remove', { ref, id }))),
    );
  }
}
