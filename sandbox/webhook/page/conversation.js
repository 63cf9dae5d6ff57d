/** The chosen conversation: its messages, the actions on it, the answer form. */
import { ChosenChatView } from '../../kit/page/chosen-chat-view.js';
import { button, clock, linkOrText, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { checkBox } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

const SIGNALS = ['typing', 'handover', 'take_back', 'finish'];

export class Conversation extends ChosenChatView {
  constructor() {
    const internal = checkBox();
    const write = async (written) => {
      await act('say', { ref: model.chatId, text: written, internal: internal.input.checked });
      this.followLatest();
    };
    super({ write, extras: [internal.element] });
    this.internal = internal;
  }

  draw() {
    this.internal.label.textContent = text('internal');
    super.draw();
  }

  titleOf({ title }) {
    return title;
  }

  hintOf({ bot, owner }) {
    return [`${bot} · ${text(owner)}`];
  }

  toolsOf({ id: ref }) {
    return SIGNALS.map((type) => button(text(type), 'quiet', () => this.attempt(() => act('signal', { ref, type }))));
  }

  messageNode(line) {
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
    if (line.who === 'us') element.append(this.#ownTools(line));
    return element;
  }

  #ownTools({ id, text: before }) {
    const ref = model.chatId;
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
