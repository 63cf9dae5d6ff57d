/** One chat: header, messages, composer. Pages extend it and decide what is shown and how it is sent. */
import { Composer } from './composer.js';
import { keepChildren, node } from './dom.js';
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
      // A hidden list has no size; the stored value stays valid.
      if (this.list.clientHeight === 0) return;
      this.#isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_THE_END;
    });
  }

  /** Runs an action and shows the reason if it is refused; true when it was done. */
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

  /** Makes the next drawing scroll to the latest message, wherever the list was scrolled to. */
  followLatest() {
    this.#isAtEnd = true;
  }

  /** Draws the messages that have changed, or all of them if `also` has changed. A list that was scrolled to its end stays there. */
  drawMessages(messages, nodeOf, empty, also = null) {
    const isAtEnd = this.#isAtEnd;
    const wanted = JSON.stringify([currentLanguage(), empty, also, messages]);
    if (wanted !== this.#shown) {
      this.#shown = wanted;
      const shown = messages.map((message) => ({
        key: message.id,
        data: [also, message],
        element: nodeOf(message),
      }));
      keepChildren(this.list, shown.length > 0 ? shown : [{ key: 'empty', element: node('p', 'empty', empty) }]);
    }
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}
