/** Settings of the server: who answers, its keys, and the fault buttons. */
import { node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { section, ToolsView } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

const FAULTS = ['401', '410', '429', '500', 'slow', 'hang', 'late', 'garbage'];

export class Tools extends ToolsView {
  draw() {
    const { way, ways, keys, answerUrl } = model.state;
    this.drawChanged([way, keys, answerUrl], () => {
      const faults = FAULTS.map((kind) => this.actButton(text(`f_${kind}`), 'fault', () => ({ kind })));
      const others = ['repeatWebhooks', 'clearFaults'].map((name) => this.actButton(text(name), name));
      return [
        node('h2', '', text('whoAnswers')),
        wayMenu(way, ways),
        node('h2', '', text('keys')),
        node('p', 'hint', text('keysHelp')),
        ...keys.map((key) => node('code', '', key)),
        node('div', 'tools', this.actButton(text('rotate'), 'rotate')),
        node('h2', '', text('answerUrl')),
        node('code', '', answerUrl || '–'),
        ...section(text('faults'), ...faults, ...others),
        this.result,
      ];
    });
  }
}

function wayMenu(way, ways) {
  const select = node('select');
  select.setAttribute('aria-label', text('whoAnswers'));
  select.append(...ways.map((name) => new Option(text(`way_${name}`), name, name === way, name === way)));
  select.addEventListener('change', () => void act('way', { way: select.value }));
  return select;
}
