/** A view of switches and buttons that act on the fake server at once. Pages extend it; `result` shows the result of the last action. */
import { button, node } from './dom.js';
import { act } from './live.js';
import { currentLanguage, text } from './texts.js';

export class ToolsView {
  #shown = '';

  constructor() {
    this.element = node('section', 'tools-view');
    this.result = node('p', 'hint');
    this.result.setAttribute('role', 'status');
  }

  /** A button for an action; `fieldsOf` is called for its fields when it is pressed. */
  actButton(label, name, fieldsOf = () => ({}), className = 'quiet') {
    return button(label, className, async () => {
      try {
        await act(name, fieldsOf());
        this.result.className = 'hint';
        this.result.textContent = text('done') + label;
      } catch (failure) {
        this.result.className = 'error';
        this.result.textContent = failure.message;
      }
    });
  }

  /** Draws only when what is shown has changed, so that a field keeps what is being typed. `partsOf()` gives the nodes. */
  drawChanged(shown, partsOf) {
    const wanted = JSON.stringify([currentLanguage(), shown]);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.element.replaceChildren(...partsOf());
  }
}

/** A heading, and a row of buttons below it. */
export function section(title, ...buttons) {
  return [node('h2', '', title), node('div', 'tools', ...buttons)];
}

/** An input under its label. */
export function field(type, label, value = '') {
  const input = node('input');
  input.type = type;
  input.value = value;
  input.autocomplete = 'off';
  return { input, element: node('label', 'field', node('span', 'hint', label), input) };
}

/** A check box before its label; the label is set when it is drawn. */
export function checkBox() {
  const input = node('input');
  input.type = 'checkbox';
  const label = node('span');
  return { input, label, element: node('label', 'check', input, label) };
}
