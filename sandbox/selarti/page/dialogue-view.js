/** The chosen dialogue: its tags, its messages, and the form in which a person writes as the AI or as an operator. */
import { ChatView } from '../../kit/page/chat-view.js';
import { button, clock, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';
import { currentDialogue, shortName } from './live.js';
import { text } from './texts.js';

const TAGS = ['operator', 'close', 'is_bot', 'interest', 'success'];

export class DialogueView extends ChatView {
  constructor() {
    const writer = node('select', 'menu');
    writer.append(new Option('', 'bot'), new Option('', 'operator'));
    const write = (written) => this.#write(written, writer.value);
    super({ id: 'answer', className: 'conversation', maxBytes: 0, write, extras: [writer] });
    this.writer = writer;
    this.shownTools = '';
    this.shownChat = null;
  }

  async #write(written, as) {
    await act('say', { chatId: currentDialogue().chatId, text: written, as });
    this.followLatest();
  }

  draw() {
    const dialogue = currentDialogue();
    this.composer.element.hidden = dialogue === null;
    this.composer.draw(text('write'));
    for (const option of this.writer.options) option.textContent = text(`as_${option.value}`);
    this.writer.setAttribute('aria-label', text('writer'));
    this.title.textContent = dialogue === null ? text('dialogue') : shortName(dialogue.chatId);
    this.hint.textContent = dialogue?.contacts ? `${text('contacts')}: ${dialogue.contacts}` : '';
    this.#drawTools(dialogue);
    if (this.shownChat !== model.chatId) this.followLatest();
    this.shownChat = model.chatId;
    const choose = text(isWide() ? 'choose' : 'chooseNarrow');
    const empty = dialogue === null && model.state.dialogues.length > 0 ? choose : text('noMessages');
    this.drawMessages(dialogue === null ? [] : model.state.messages, messageNode, empty);
  }

  #drawTools(dialogue) {
    const wanted = JSON.stringify([
      document.documentElement.lang,
      dialogue?.chatId,
      dialogue?.tags,
      dialogue?.contacts,
    ]);
    if (wanted === this.shownTools) return;
    this.shownTools = wanted;
    if (dialogue === null) return this.tools.replaceChildren();
    const { chatId, tags } = dialogue;
    const switches = TAGS.map((name) => {
      const isOn = tags.includes(name);
      const press = button(text(`do_${name}`), 'quiet', () =>
        this.attempt(() => act('tag', { chatId, name, isOn: !isOn })),
      );
      press.setAttribute('aria-pressed', String(isOn));
      return press;
    });
    const contact = button(text('do_get_contact'), 'quiet', () => {
      const contacts = prompt(text('newContacts'), dialogue.contacts || '+7 900 000-00-00');
      return contacts ? this.attempt(() => act('contacts', { chatId, contacts })) : undefined;
    });
    contact.setAttribute('aria-pressed', String(tags.includes('get_contact')));
    this.tools.replaceChildren(...switches, contact);
  }
}

function messageNode({ type, text: said, at, tag }) {
  const meta = node('div', 'meta', node('strong', '', text(`from_${type}`)), node('span', '', clock(at, true)));
  if (tag !== undefined) meta.append(node('span', 'tag', text(`tag_${tag}`)));
  const body = node('div', said === '' ? 'gone' : 'body', said === '' ? text('noText') : said);
  return node('article', `message ${type === 'user' ? '' : 'own'}`, meta, body);
}
