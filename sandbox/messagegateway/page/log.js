/** The latest API calls and webhooks, newest first; a row opens to show its body. */
import { clock, node, world } from './live.js';
import { text } from './texts.js';

function row(when, what, status, isBad, ms, detail) {
  const summary = node('summary', 'log-row', node('span', 'log-time', clock(when)), node('span', 'log-what', what));
  summary.append(node('span', isBad ? 'bad' : 'good', String(status)), node('span', 'log-ms', `${ms} ${text('ms')}`));
  return node('details', '', summary, node('pre', '', detail));
}

function callRow(call) {
  const what = `${call.api} ${call.method} ${call.path}`;
  const detail = `${JSON.stringify(call.body, null, 1)}\n→ ${JSON.stringify(call.answer, null, 1)}`;
  return row(call.at, what, call.status, call.status >= 400 || call.status === 0, call.ms, detail.slice(0, 20_000));
}

function webhookRow(hook) {
  const detail = `${JSON.stringify(hook.body, null, 1)}\n→ ${JSON.stringify(hook.response ?? hook.error, null, 1)}`;
  const isBad = hook.status === null || hook.status >= 300;
  return row(hook.at, `${hook.type} → ${hook.moduleCode}`, hook.status ?? '×', isBad, hook.ms, detail.slice(0, 20_000));
}

export class Log {
  constructor() {
    this.element = node('section', 'log-view');
    this.shown = '';
  }

  draw() {
    const { calls, webhooks } = world.state;
    const wanted = JSON.stringify([document.documentElement.lang, calls.at(-1)?.id, webhooks.at(-1)?.id]);
    if (wanted === this.shown || this.element.hidden) return;
    this.shown = wanted;
    const part = (title, rows, empty) =>
      node('div', 'log-part', node('h2', '', title), ...(rows.length === 0 ? [node('p', 'notice', empty)] : rows));
    this.element.replaceChildren(
      part(text('calls'), calls.map(callRow).reverse(), text('noCalls')),
      part(text('webhooks'), webhooks.map(webhookRow).reverse(), text('noWebhooks')),
    );
  }
}
