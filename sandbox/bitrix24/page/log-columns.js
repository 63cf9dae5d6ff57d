/** What the log shows: REST calls and event deliveries. */
import { model } from '../../kit/page/live.js';
import { text } from './texts.js';

export function callColumn() {
  return {
    title: text('calls'),
    empty: text('noCalls'),
    items: model.state.calls,
    rowOf: ({ at, method, params, status, error, ms }) => ({
      at,
      what: method,
      status: error === null ? status : `${status} ${error}`,
      isBad: status >= 400 || status === 0,
      ms,
      detail: params,
    }),
  };
}

export function deliveryColumn() {
  return {
    title: text('deliveries'),
    empty: text('noDeliveries'),
    items: model.state.deliveries,
    rowOf: ({ at, event, url, status, error, ms }) => ({
      at,
      what: event,
      status: error ?? status,
      isBad: status !== 200,
      ms,
      detail: url,
    }),
  };
}
