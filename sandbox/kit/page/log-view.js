/** The latest calls in both directions, newest first; a row opens to show its content. */
import { clock, node } from './dom.js';
import { currentLanguage, text } from './texts.js';

const SHOWN = 80;

function row({ at, what, status, isBad, ms, detail }) {
  const summary = node('summary', '', node('time', '', clock(at, true)), node('span', 'log-what', what));
  const result = node('span', isBad ? 'bad' : 'good', String(status));
  summary.append(result, node('span', 'log-ms', `${Math.round(ms)} ${text('ms')}`));
  return node('details', 'log-row', summary, node('pre', '', detail.slice(0, 20_000)));
}

export class LogView {
  #shown = '';

  constructor() {
    this.element = node('section', 'log-view');
  }

  /** Columns are `{ title, empty, items, rowOf }`; `rowOf(item)` gives `{ at, what, status, isBad, ms, detail }`. */
  draw(columns) {
    const wanted = JSON.stringify([currentLanguage(), ...columns.map(({ items }) => items.at(-1)?.id)]);
    if (wanted === this.#shown || this.element.hidden) return;
    this.#shown = wanted;
    const parts = columns.map(({ title, empty, items, rowOf }) => {
      const rows = items
        .slice(-SHOWN)
        .reverse()
        .map((item) => row(rowOf(item)));
      return node(
        'div',
        'log-column',
        node('h2', '', title),
        ...(rows.length === 0 ? [node('p', 'empty', empty)] : rows),
      );
    });
    this.element.replaceChildren(...parts);
  }
}
