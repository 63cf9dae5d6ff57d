/** One chat: head, messages, composer. Pages extend it: what is shown and how it is sent is theirs. */
import { Composer } from './composer.js';
import { node } from './dom.js';
import { currentLanguage, text } from './texts.js';

const NEAR_THE_END = 60;

export class ChatView {
  #shown = '';
  #isAtEnd = true;

  /** `write(text, files)` sends; it throws with the reason when it is refused. */
  constructor({ id, className = '', maxBytes, write, extras }) {
    this.element = node('section', `pane ${className}`);
    this.title = node('h2');
    this.hint = node('p', 'hint');
    this.tools = node('div', 'tools');
    this.list = node('div', 'messages');
    this.list.setAttribute('role', 'log');
    this.status = node('p', 'typing');
    this.error = node('p', 'error');
    this.error.setAttribute('role', 'alert');
    this.error.hidden = true;
    const send = (written, files) => this.attempt(async () => write(written, await files()));
    this.composer = new Composer({ id, maxBytes, send, extras });
    const head = node('div', 'pane-head', this.title, this.hint, this.tools);
    this.element.append(head, this.list, this.status, this.error, this.composer.element);
    this.list.addEventListener('scroll', () => {
      // A hidden list measures nothing; what is remembered stays true.
      if (this.list.clientHeight === 0) return;
      this.#isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_THE_END;
    });
  }

  /** Runs an act and shows why it was refused; true when it was done. */
  attempt = async (work) => {
    this.error.hidden = true;
    try {
      await work();
      return true;
    } catch (failure) {
      this.error.textContent = text('refused') + failure.message;
      this.error.hidden = false;
      return false;
    }
  };

  /** The next drawing shows the latest message, wherever the list stood. */
  followLatest() {
    this.#isAtEnd = true;
  }

  /** Draws the messages anew if they or what `also` names have changed; stays at the end when it was there. */
  drawMessages(messages, nodeOf, empty, also = null) {
    const isAtEnd = this.#isAtEnd;
    const wanted = JSON.stringify([currentLanguage(), empty, also, messages]);
    if (wanted !== this.#shown) {
      this.#shown = wanted;
      this.list.replaceChildren(...(messages.length === 0 ? [node('p', 'empty', empty)] : messages.map(nodeOf)));
    }
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}
