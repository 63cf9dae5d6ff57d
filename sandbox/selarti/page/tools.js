/** The task: where its webhooks go, whether the AI answers by itself, and the fault buttons. */
import { node } from '../../kit/page/dom.js';
import { model } from '../../kit/page/live.js';
import { field, section, ToolsView } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

const FAULTS = ['429', '500', 'slow', 'reset-before', 'reset-after'];

export class Tools extends ToolsView {
  draw() {
    const { account } = model.state;
    this.drawChanged(account, () => {
      const webhook = field('url', text('webhookUrl'), account.webhookUrl);
      const save = this.actButton(text('save'), 'webhook', () => ({ url: webhook.input.value.trim() }), 'primary');
      const answering = this.actButton(
        text(account.isAnswering ? 'answerByHand' : 'answerItself'),
        'answering',
        () => ({
          isOn: !account.isAnswering,
        }),
      );
      const faults = FAULTS.map((kind) => this.actButton(text(`fault_${kind}`), 'fail', () => ({ kind })));
      const others = ['expireTokens', 'repeatWebhooks', 'clearFaults'];
      return [
        node('h2', '', text('task')),
        node('p', 'hint', account.taskId),
        webhook.element,
        node('div', 'tools', save),
        ...section(text('ai'), answering),
        node('p', 'hint', text(account.isAnswering ? 'isAnswering' : 'isWaiting')),
        ...section(text('faults'), ...faults, ...others.map((name) => this.actButton(text(name), name))),
        this.result,
      ];
    });
  }
}
