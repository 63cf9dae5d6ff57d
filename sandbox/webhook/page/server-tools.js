/** What the server does by itself: who answers, its keys, and the fault buttons. */
import { button, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

const FAULTS = ['401', '410', '429', '500', 'slow', 'hang', 'late', 'garbage'];

export class ServerTools {
  constructor() {
    this.element = node('section', 'tools-view');
    this.result = node('p', 'hint');
    this.result.setAttribute('role', 'status');
    this.shown = '';
  }

  #button(label, name, fields = {}) {
    return button(label, 'quiet', async () => {
      try {
        await act(name, fields);
        this.result.className = 'hint';
        this.result.textContent = text('done') + label;
      } catch (failure) {
        this.result.className = 'error';
        this.result.textContent = failure.message;
      }
    });
  }

  draw() {
    const { way, ways, keys, answerUrl } = model.state;
    const wanted = JSON.stringify([document.documentElement.lang, way, keys, answerUrl]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const select = node('select');
    select.setAttribute('aria-label', text('whoAnswers'));
    select.append(...ways.map((name) => new Option(text(`way_${name}`), name, name === way, name === way)));
    select.addEventListener('change', () => void act('way', { way: select.value }));
    const faults = FAULTS.map((kind) => this.#button(text(`f_${kind}`), 'fault', { kind }));
    const others = ['repeatWebhooks', 'clearFaults'].map((name) => this.#button(text(name), name));
    this.element.replaceChildren(
      node('h2', '', text('whoAnswers')),
      select,
      node('h2', '', text('keys')),
      node('p', 'hint', text('keysHelp')),
      ...keys.map((key) => node('code', '', key)),
      node('div', 'tools', this.#button(text('rotate'), 'rotate')),
      node('h2', '', text('answerUrl')),
      node('code', '', answerUrl || '–'),
      node('h2', '', text('faults')),
      node('div', 'tools', ...faults, ...others),
      this.result,
    );
  }
}
