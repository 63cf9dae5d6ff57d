/** The chosen conversation: what the customer wrote, what the script said, and the form by which you are the script. */
import { ChatView } from '../../kit/page/chat-view.js';
import { button, clock, linkOrText, menu, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { isWide } from '../../kit/page/shell.js';
import { current } from './live.js';
import { text } from './texts.js';

/** `Yes=yes, No` becomes two buttons. */
function buttonsIn(written) {
  const parts = written.split(',').map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [label, ...value] = part.split('=');
    return value.length === 0 ? { text: label } : { text: label.trim(), value: value.join('=').trim() };
  });
}

function lineNode({ from, text: said, attachments, outcome, at }) {
  const own = from === 'script' ? 'own' : from === 'system' ? 'system' : '';
  const meta = node('div', 'meta', node('strong', '', text(`from_${from}`)), node('span', '', clock(at, true)));
  const box = node('div', `message ${own}`, meta, node('div', 'body', said));
  for (const { name, url } of attachments) box.append(linkOrText(url ?? '', `📎 ${name}`));
  if (outcome !== null)
    box.append(node('div', outcome.startsWith('200') || outcome === 'in call' ? 'outcome' : 'outcome bad', outcome));
  return box;
}

/** What a script can say or ask for besides text and buttons. */
const sayings = {
  card: () => ({
    text: text('cardText'),
    cards: [
      { title: text('cardTitle'), url: 'https://example.com/tea', facts: [{ name: text('price'), value: '100' }] },
    ],
  }),
  file: () => ({ text: text('fileText'), attachments: [{ url: model.state.sampleUrl }] }),
  note: () => ({ type: 'note', text: text('noteText') }),
  typing: () => ({ type: 'typing' }),
  followUp: () => ({ type: 'follow_up', name: 'remind', after_sec: 30, script_code: 'remind' }),
  cancelFollowUp: () => ({ type: 'cancel_follow_up', name: 'remind' }),
};

export class Conversation extends ChatView {
  constructor() {
    const buttons = node('input', 'buttons-field');
    buttons.type = 'text';
    super({
      id: 'script',
      className: 'conversation',
      maxBytes: 0,
      write: (said) => this.#say(said),
      extras: [buttons],
    });
    this.buttons = buttons;
    // Answers name files by address.
    this.composer.file.remove();
    this.composer.fileLabel.remove();
    this.composer.attached.remove();
    this.shownTools = '';
    this.shownConversation = null;
  }

  async #say(said) {
    const buttons = buttonsIn(this.buttons.value);
    await this.#send({ text: said, ...(buttons.length === 0 ? {} : { buttons }) });
    this.buttons.value = '';
  }

  async #send(saying) {
    await act('say', { conversation: model.conversation, saying });
    this.followLatest();
  }

  draw() {
    const conversation = current();
    this.composer.element.hidden = conversation === null;
    this.composer.draw(text('write'));
    this.buttons.placeholder = text('buttons');
    this.buttons.setAttribute('aria-label', text('buttons'));
    this.title.textContent = conversation?.userName || text('conversation');
    this.hint.textContent = conversation === null ? '' : `${text('lead')} ${conversation.leadId} · ${conversation.id}`;
    this.#drawTools(conversation);
    if (this.shownConversation !== model.conversation) this.followLatest();
    this.shownConversation = model.conversation;
    const choose = text(isWide() ? 'choose' : 'chooseNarrow');
    const empty = conversation === null && model.state.conversations.length > 0 ? choose : text('noMessages');
    this.drawMessages(model.state.lines, lineNode, empty);
  }

  #drawTools(conversation) {
    const wanted = `${document.documentElement.lang} ${conversation?.id}`;
    if (wanted === this.shownTools) return;
    this.shownTools = wanted;
    const send = (saying) => this.attempt(() => this.#send(saying));
    const more = menu(
      text('more'),
      Object.keys(sayings).map((key) => [key, text(key)]),
      (key) => send(sayings[key]()),
    );
    const handover = button(text('handover'), 'quiet', () => send({ type: 'handover', text: text('handoverText') }));
    const close = button(text('close'), 'quiet', () => send({ type: 'close' }));
    const tools = [more, handover, close];
    this.tools.replaceChildren(...(conversation === null ? [] : tools));
  }
}
