/** The list of deliveries of a connection, on the app's page: what was sent, how it ended, and "send again". */
import { deliveryTexts } from './deliveries-texts.js';
import { element } from './texts.js';

const tones = { done: 'good', dead_letter: 'bad', unknown: 'bad', waiting: 'warn' };

/** Deliveries that can be sent again; those that may have arrived are asked about first. */
const repeatable = { dead_letter: 'at once', unknown: 'asked', done: 'asked' };

/** `fitFrame` is called whenever the height of the page has changed. */
export function createDeliveries({ headers, language, fitFrame }) {
  const words = deliveryTexts[language];
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' });
  const when = (value) => time.format(new Date(value));
  /** Connections whose list is open. */
  const open = new Set();

  /** The answer, or null after the reason was shown in `into`. */
  async function ask(path, into, options = {}) {
    try {
      const response = await fetch(path, { ...options, headers: { ...headers, ...options.headers } });
      if (response.ok) return await response.json();
      showProblem(into, response.status === 401 ? words.sessionOver : words.lost);
    } catch {
      showProblem(into, words.lost);
    }
    return null;
  }

  function showProblem(into, text) {
    const problem = element('p', { text, className: 'problem' });
    problem.role = 'alert';
    into.replaceChildren(problem);
    fitFrame();
  }

  function button(text, className, press) {
    const made = element('button', { text, className });
    made.type = 'button';
    made.addEventListener('click', () => void press(made));
    return made;
  }

  /** The list of a connection, and the button that shows and hides it. A list that was open when the page is drawn anew opens again. */
  function listOf(id) {
    const list = element('div', { className: 'deliveries' });
    const toggle = button(words.show, 'quiet', async () => {
      const isOpen = !open.has(id);
      if (isOpen) open.add(id);
      else open.delete(id);
      label(isOpen);
      if (isOpen) await fill(id, list);
      else list.replaceChildren();
      fitFrame();
    });
    function label(isOpen) {
      toggle.setAttribute('aria-expanded', String(isOpen));
      toggle.textContent = isOpen ? words.hide : words.show;
    }
    label(open.has(id));
    if (open.has(id)) void fill(id, list).then(fitFrame);
    return { toggle, list };
  }

  async function fill(connection, list) {
    const found = await ask(`/bitrix24/app/deliveries?connection=${encodeURIComponent(connection)}`, list);
    if (found === null) return;
    if (found.deliveries.length === 0) {
      list.replaceChildren(element('p', { text: words.none, className: 'empty' }));
      return;
    }
    const titles = [words.when, words.where, words.what, words.outcome, ''];
    const head = element('tr', {}, ...titles.map((text) => element('th', { text })));
    const rows = found.deliveries.map((delivery) => row(connection, delivery, list));
    const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
    list.replaceChildren(element('div', { className: 'scroll' }, table));
  }

  function row(connection, delivery, list) {
    const { at, bot, dialog, kind, message, state, outcome, remoteId, attempts, nextAt, trace } = delivery;
    const what = `${words.kinds[kind] ?? kind}${message ? ` ${message}` : ''}`;
    const ended = element('td', { label: words.outcome });
    const detail = [outcome, remoteId === null ? null : `→ ${remoteId}`].filter(Boolean).join(' ');
    const isPlain = state === 'done' && outcome === 'delivered' && remoteId === null;
    const next = nextAt === null ? [] : [words.attempt(attempts, when(nextAt))];
    const lines = [...(isPlain || detail === '' ? [] : [detail]), ...next, `${words.trace} ${trace}`];
    const texts = lines.map((text) => element('div', { text, className: 'muted' }));
    ended.append(
      element(
        'div',
        {},
        element('span', { text: words.states[state] ?? state, className: `tag ${tones[state] ?? ''}` }),
        ...texts,
      ),
    );
    const tools = element('td', { className: 'tools' });
    if (state in repeatable) tools.append(againButton(connection, delivery, tools, list));
    return element(
      'tr',
      {},
      element('td', { text: when(at), label: words.when, className: 'when' }),
      element('td', { text: `${bot}, ${dialog}`, label: words.where }),
      element('td', { text: what, label: words.what }),
      ended,
      tools,
    );
  }

  function againButton(connection, delivery, tools, list) {
    const again = button(words.again, 'quiet', () => {
      if (repeatable[delivery.state] === 'at once') return send(false);
      const yes = button(words.yes, '', () => send(true));
      const no = button(words.no, 'quiet', () => {
        tools.replaceChildren(again);
        fitFrame();
      });
      tools.replaceChildren(element('p', { text: words.confirm }), element('div', { className: 'actions' }, yes, no));
      no.focus();
      fitFrame();
    });
    /** Browsers show no dialogs of their own in a frame of another site, so the question is asked in the row. */
    async function send(isConfirmed) {
      tools.replaceChildren();
      const { lane, seq } = delivery;
      const options = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ connection, lane, seq, isConfirmed }),
      };
      const response = await fetch('/bitrix24/app/deliveries/again', {
        ...options,
        headers: { ...headers, ...options.headers },
      }).catch(() => null);
      tools.replaceChildren(
        element('span', { text: response?.ok ? words.ordered : words.refused, className: 'muted' }),
      );
      if (response?.ok) setTimeout(() => void fill(connection, list).then(fitFrame), 1_500);
    }
    return again;
  }

  return { listOf };
}
