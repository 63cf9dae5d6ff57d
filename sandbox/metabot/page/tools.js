/** How the script answers, where it posts, and the fault buttons. */
import { button, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

const WAYS = ['by-hand', 'in-call', 'by-webhook'];
const FAULTS = [401, 429, 500, 502, 504, 'slow', 'hang', 'reset-before', 'reset-after', 'html'];

export class Tools {
  constructor() {
    this.element = node('section', 'tools-view');
    this.result = node('p', 'hint');
    this.result.setAttribute('role', 'status');
  }

  #button(label, name, fields = () => ({})) {
    return button(label, 'quiet', async () => {
      try {
        await act(name, fields());
        this.result.className = 'hint';
        this.result.textContent = text('done') + label;
      } catch (failure) {
        this.result.className = 'error';
        this.result.textContent = failure.message;
      }
    });
  }

  #ways() {
    const buttons = WAYS.map((way) => {
      const one = this.#button(text(`way_${way}`), 'way', () => ({ way }));
      one.setAttribute('aria-pressed', String(model.state.way === way));
      return one;
    });
    return node('div', 'tools', ...buttons);
  }

  #field(type, label) {
    const input = node('input', 'wide-field');
    input.type = type;
    input.autocomplete = 'off';
    return { input, row: node('label', 'field', node('span', 'hint', label), input) };
  }

  #hook() {
    const url = this.#field('url', text('hookUrl'));
    const secret = this.#field('password', text('hookSecret'));
    url.input.placeholder = model.state.hook || 'https://…/brains/metabot/…';
    const set = this.#button(text('setHook'), 'hook', () => ({
      url: url.input.value.trim(),
      secret: secret.input.value,
    }));
    const state =
      model.state.hook === ''
        ? text('noHook')
        : `${model.state.hook} · ${text(model.state.isSigned ? 'signed' : 'unsigned')}`;
    return [node('p', 'hint', state), url.row, secret.row, node('div', 'tools', set)];
  }

  draw() {
    const { way, hook, isSigned } = model.state;
    const wanted = JSON.stringify([document.documentElement.lang, way, hook, isSigned]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const faults = FAULTS.map((kind) => this.#button(`${text(`fault_${kind}`)} × 3`, 'fault', () => ({ kind })));
    const others = ['repeatWebhooks', 'dropWebhooks', 'clearFaults'].map((name) => this.#button(text(name), name));
    this.element.replaceChildren(
      node('h2', '', text('way')),
      this.#ways(),
      node('h2', '', text('hook')),
      ...this.#hook(),
      node('h2', '', text('faults')),
      node('p', 'hint', text('faultsHint')),
      node('div', 'tools', ...faults, ...others),
      this.result,
    );
  }
}
