/** The task: where its webhooks go, whether the AI answers by itself, and the fault buttons. */
import { button, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

const FAULTS = ['429', '500', 'slow', 'reset-before', 'reset-after'];

export class AccountView {
  constructor() {
    this.element = node('section', 'account-view');
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

  #webhookForm(url) {
    const input = node('input', 'wide');
    input.type = 'url';
    input.value = url;
    input.id = 'webhook-url';
    const label = node('label', '', text('webhookUrl'));
    label.htmlFor = input.id;
    const save = button(text('save'), 'primary', async () => {
      try {
        await act('webhook', { url: input.value.trim() });
        this.result.className = 'hint';
        this.result.textContent = text('saved');
      } catch (failure) {
        this.result.className = 'error';
        this.result.textContent = failure.message;
      }
    });
    return node('div', 'webhook-form', label, input, save);
  }

  draw() {
    const { account } = model.state;
    const wanted = JSON.stringify([document.documentElement.lang, account]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const answering = this.#button(text(account.isAnswering ? 'answerByHand' : 'answerItself'), 'answering', {
      isOn: !account.isAnswering,
    });
    const faults = FAULTS.map((kind) => this.#button(text(`fault_${kind}`), 'fail', { kind }));
    const others = ['expireTokens', 'repeatWebhooks', 'clearFaults'].map((name) => this.#button(text(name), name));
    this.element.replaceChildren(
      node('h2', '', text('task')),
      node('p', 'hint', account.taskId),
      this.#webhookForm(account.webhookUrl),
      node('h2', '', text('ai')),
      node('p', 'hint', text(account.isAnswering ? 'isAnswering' : 'isWaiting')),
      node('div', 'tools', answering),
      node('h2', '', text('faults')),
      node('div', 'tools', ...faults, ...others),
      this.result,
    );
  }
}
