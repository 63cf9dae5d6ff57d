/** The chosen conversation: what the customer wrote, what the script said, and the form in which a person answers as the script. */
import { ChosenChatView } from '../../kit/page/chosen-chat-view.js';
import { button, clock, linkOrText, menu, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

/** `Yes=yes, No` becomes two buttons. */
function buttonsIn(written) {
  const parts = written.split(',').map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [label, ...value] = part.split('=');
    return value.length === 0 ? { text: label } : { text: label.trim(), value: value.join('=').trim() };
  });
}

/** What a script can send or request besides text and buttons. */
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

export class Conversation extends ChosenChatView {
  constructor() {
    const buttons = node('input', 'buttons-field');
    buttons.type = 'text';
    super({ write: (said) => this.#say(said), extras: [buttons] });
    this.buttons = buttons;
  }

  async #say(said) {
    const buttons = buttonsIn(this.buttons.value);
    await this.#send({ text: said, ...(buttons.length === 0 ? {} : { buttons }) });
    this.buttons.value = '';
  }

  async #send(saying) {
    await act('say', { conversation: model.chatId, saying });
    this.followLatest();
  }

  draw() {
    this.buttons.placeholder = text('buttons');
    this.buttons.setAttribute('aria-label', text('buttons'));
    super.draw();
  }

  titleOf({ userName }) {
    return userName || text('conversation');
  }

  hintOf({ id, leadId }) {
    return [`${text('lead')} ${leadId} · ${id}`];
  }

  toolsOf() {
    const send = (saying) => this.attempt(() => this.#send(saying));
    const more = menu(
      text('more'),
      Object.keys(sayings).map((key) => [key, text(key)]),
      (key) => send(sayings[key]()),
    );
    const handover = button(text('handover'), 'quiet', () => send({ type: 'handover', text: text('handoverText') }));
    const close = button(text('close'), 'quiet', () => send({ type: 'close' }));
    return [more, handover, close];
  }

  messageNode({ from, text: said, attachments, outcome, at }) {
    const own = from === 'script' ? 'own' : from === 'system' ? 'system' : '';
    const meta = node('div', 'meta', node('strong', '', text(`from_${from}`)), node('span', '', clock(at, true)));
    const box = node('div', `message ${own}`, meta, node('div', 'body', said));
    for (const { name, url } of attachments) box.append(linkOrText(url ?? '', `📎 ${name}`));
    if (outcome === null) return box;
    const isGood = outcome.startsWith('200') || outcome === 'in call';
    box.append(node('div', `message-state ${isGood ? '' : 'bad'}`, outcome));
    return box;
  }
}
