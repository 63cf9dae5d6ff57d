/** The form under a chat: text, one file, a button; Enter sends, Shift+Enter begins a new line. */
import { fileAsBase64, node } from './dom.js';
import { text } from './texts.js';

export class Composer {
  /**
   * `send(text, files)` resolves to true when the message was sent; only then is the form emptied. `extras` are nodes beside the button.
   * Without `maxBytes` the form accepts no file.
   */
  constructor({ id, maxBytes, send, extras = [] }) {
    this.maxBytes = maxBytes;
    this.sendWritten = send;
    this.input = node('textarea');
    this.input.rows = 2;
    this.file = node('input');
    this.file.type = 'file';
    this.file.id = `file-${id}`;
    this.fileLabel = node('label', 'file-label');
    this.fileLabel.htmlFor = this.file.id;
    this.attached = node('span', 'attached');
    this.button = node('button', 'primary');
    this.button.type = 'submit';
    const files = maxBytes === undefined ? [] : [this.file, this.fileLabel, this.attached];
    const row = node('div', 'composer-row', ...files, ...extras, this.button);
    this.element = node('form', 'composer', this.input, row);
    this.#listen();
  }

  #listen() {
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.element.requestSubmit();
    });
    this.file.addEventListener('change', () => this.#showAttached());
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  #showAttached() {
    const file = this.file.files?.[0];
    this.attached.textContent = file === undefined ? '' : text('attached') + file.name;
  }

  async #submit() {
    const written = this.input.value.trim();
    const chosen = [...(this.file.files ?? [])];
    if ((written === '' && chosen.length === 0) || this.button.disabled) return;
    this.button.disabled = true;
    const files = () => Promise.all(chosen.map((file) => fileAsBase64(file, this.maxBytes, text('tooBig'))));
    const isSent = await this.sendWritten(written, files);
    this.button.disabled = false;
    if (!isSent) return;
    // Text that was typed while sending stays.
    if (this.input.value.trim() === written) this.input.value = '';
    this.file.value = '';
    this.#showAttached();
  }

  /** Inserts text at the cursor. */
  insert(extra) {
    this.input.setRangeText(extra, this.input.selectionStart, this.input.selectionEnd, 'end');
    this.input.focus();
  }

  /** Sets the texts; `label` names the form for screen readers. */
  draw(label) {
    this.input.placeholder = text('write');
    this.input.setAttribute('aria-label', label);
    this.fileLabel.textContent = text('attach');
    this.button.textContent = text('send');
  }
}
