/** The log: latest REST calls and event deliveries, newest first. */
import { world } from './live.js';
import { text } from './texts.js';

const SHOWN = 60;

function node(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.append(content);
  return element;
}

function row(at, name, isBad, status, ms, detail) {
  const item = node('details', isBad ? 'log-row bad' : 'log-row');
  const head = node('summary');
  head.append(
    node('time', '', new Date(at).toLocaleTimeString()),
    node('span', 'log-name', name),
    node('span', 'log-status', status),
    node('span', 'log-ms', `${Math.round(ms)} ${text('ms')}`),
  );
  item.append(head, node('pre', '', detail));
  return item;
}

function callRow({ method, params, status, error, ms, at }) {
  return row(
    at,
    method,
    status >= 400 || status === 0,
    error === null ? String(status) : `${status} ${error}`,
    ms,
    params,
  );
}

function deliveryRow({ event, url, status, error, ms, at }) {
  return row(at, event, status !== 200, error === null ? String(status) : error, ms, url);
}

function column(title, empty, rows) {
  const box = node('section', 'log-column');
  box.append(node('h2', '', title));
  box.append(...(rows.length === 0 ? [node('p', 'empty', empty)] : rows));
  return box;
}

export class LogPane {
  constructor() {
    this.element = node('section', 'log-view');
    this.count = '';
  }

  draw() {
    const { calls, deliveries } = world.state;
    const stamp = [text('calls'), calls.at(-1)?.id, deliveries.at(-1)?.id].join();
    if (stamp === this.count) return;
    this.count = stamp;
    this.element.replaceChildren(
      column(text('calls'), text('noCalls'), calls.slice(-SHOWN).reverse().map(callRow)),
      column(text('deliveries'), text('noDeliveries'), deliveries.slice(-SHOWN).reverse().map(deliveryRow)),
    );
  }
}
