/** How the script answers, where it posts, and the fault buttons. */
import { node } from '../../kit/page/dom.js';
import { model } from '../../kit/page/live.js';
import { field, section, ToolsView } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

const WAYS = ['by-hand', 'in-call', 'by-webhook'];
const FAULTS = [401, 429, 500, 502, 504, 'slow', 'hang', 'reset-before', 'reset-after', 'html'];

export class Tools extends ToolsView {
  draw() {
    const { way, hook, isSigned } = model.state;
    this.drawChanged([way, hook, isSigned], () => {
      const faults = FAULTS.map((kind) => this.actButton(`${text(`fault_${kind}`)} × 3`, 'fault', () => ({ kind })));
      const others = ['repeatWebhooks', 'dropWebhooks', 'clearFaults'];
      return [
        ...section(text('way'), ...this.#ways(way)),
        ...this.#hook(hook, isSigned),
        ...section(text('faults'), ...faults, ...others.map((name) => this.actButton(text(name), name))),
        node('p', 'hint', text('faultsHint')),
        this.result,
      ];
    });
  }

  #ways(current) {
    return WAYS.map((way) => {
      const press = this.actButton(text(`way_${way}`), 'way', () => ({ way }));
      press.setAttribute('aria-pressed', String(current === way));
      return press;
    });
  }

  #hook(hook, isSigned) {
    const url = field('url', text('hookUrl'));
    const secret = field('password', text('hookSecret'));
    url.input.placeholder = hook || 'https://…/brains/metabot/…';
    const fields = () => ({ url: url.input.value.trim(), secret: secret.input.value });
    return [
      node('h2', '', text('hook')),
      node('p', 'hint', hook === '' ? text('noHook') : `${hook} · ${text(isSigned ? 'signed' : 'unsigned')}`),
      url.element,
      secret.element,
      node('div', 'tools', this.actButton(text('setHook'), 'hook', fields)),
    ];
  }
}
