/** What the log shows: calls of the app and webhooks of the script, with their bodies. */
import { model } from '../../kit/page/live.js';
import { text } from './texts.js';

function exchange(asked, answered) {
  return `${JSON.stringify(asked, null, 1)}\n→ ${JSON.stringify(answered, null, 1)}`;
}

export function callColumn() {
  return {
    title: text('calls'),
    empty: text('noCalls'),
    items: model.state.calls,
    rowOf: ({ at, method, path, status, ms, body, answer }) => ({
      at,
      what: `${method} ${path}`,
      status: status || '×',
      isBad: status >= 400 || status === 0,
      ms,
      detail: exchange(body, answer),
    }),
  };
}

export function webhookColumn() {
  return {
    title: text('webhooks'),
    empty: text('noWebhooks'),
    items: model.state.webhooks,
    rowOf: ({ at, url, status, ms, body, response, error }) => ({
      at,
      what: `→ ${url}`,
      status: status ?? '×',
      isBad: status === null || status >= 300,
      ms,
      detail: exchange(body, response ?? error),
    }),
  };
}
