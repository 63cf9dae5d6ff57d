/** The log columns of a fake server with an API and webhooks: the calls it got and the webhooks it posted, with both bodies. */
import { model } from './live.js';
import { text } from './texts.js';

function exchange(asked, answered) {
  return `${JSON.stringify(asked, null, 1)}\n→ ${JSON.stringify(answered ?? null, null, 1)}`;
}

/** `callName(call)` and `webhookName(webhook)` give the title of a row. */
export function exchangeColumns(callName, webhookName) {
  const { calls, webhooks } = model.state;
  const callRow = (call) => ({
    at: call.at,
    what: callName(call),
    status: call.status || '×',
    isBad: call.status >= 400 || call.status === 0,
    ms: call.ms,
    detail: exchange(call.body, call.answer),
  });
  const webhookRow = (webhook) => ({
    at: webhook.at,
    what: webhookName(webhook),
    status: webhook.status ?? '×',
    isBad: webhook.status === null || webhook.status >= 300,
    ms: webhook.ms,
    detail: exchange(webhook.body, webhook.response ?? webhook.error),
  });
  return [
    { title: text('calls'), empty: text('noCalls'), items: calls, rowOf: callRow },
    { title: text('webhooks'), empty: text('noWebhooks'), items: webhooks, rowOf: webhookRow },
  ];
}
