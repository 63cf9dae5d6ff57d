/** The chosen dialogue: its tags, its messages, and the form in which a person writes as the AI or as an operator. */
import { ChosenChatView } from '../../kit/page/chosen-chat-view.js';
import { button, clock, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

const TAGS = ['operator', 'close', 'is_bot', 'interest', 'success'];

/** A shortened id: the ids of the other system are long and mean nothing to the reader. */
export function shortName(id) {
  return `${text('customer')} ${id.slice(0, 8)}`;
}

export class Conversation extends ChosenChatView {
  constructor() {
    const writer = node('select', 'menu');
    writer.append(new Option('', 'bot'), new Option('', 'operator'));
    const write = async (written) => {
      await act('say', { chatId: model.chatId, text: written, as: writer.value });
      this.followLatest();
    };
    super({ write, extras: [writer] });
    this.writer = writer;
  }

  draw() {
    for (const option of this.writer.options) option.textContent = text(`as_${option.value}`);
    this.writer.setAttribute('aria-label', text('writer'));
    super.draw();
  }

  titleOf({ id }) {
    return shortName(id);
  }

  hintOf({ contacts }) {
    return contacts ? [`${text('contacts')}: ${contacts}`] : [];
  }

  toolsShow({ tags, contacts }) {
    return [tags, contacts];
  }

  toolsOf({ id: chatId, tags, contacts }) {
    const switches = TAGS.map((name) => {
      const isOn = tags.includes(name);
      const press = button(text(`do_${name}`), 'quiet', () =>
        this.attempt(() => act('tag', { chatId, name, isOn: !isOn })),
      );
      press.setAttribute('aria-pressed', String(isOn));
      return press;
    });
    const contact = button(text('do_get_contact'), 'quiet', () => {
      const next = prompt(text('newContacts'), contacts || '+7 900 000-00-00');
      return next ? this.attempt(() => act('contacts', { chatId, contacts: next })) : undefined;
    });
    contact.setAttribute('aria-pressed', String(tags.includes('get_contact')));
    return [...switches, contact];
  }

  messageNode({ type, text: said, at, tag }) {
    const meta = node('div', 'meta', node('strong', '', text(`from_${type}`)), node('span', '', clock(at, true)));
    if (tag !== undefined) meta.append(node('span', 'tag', text(`tag_${tag}`)));
    const body = node('div', said === '' ? 'gone' : 'body', said === '' ? text('noText') : said);
    return node('article', `message ${type === 'user' ? '' : 'own'}`, meta, body);
  }
}
