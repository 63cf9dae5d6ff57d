/** The connections on the app's page: accounts of brains, their settings and figures, and what brains have scheduled. */
import { connectionForm } from './connection-form.js';
import { connectionTexts } from './connection-texts.js';
import { createDeliveries } from './deliveries.js';
import { element } from './texts.js';

/**
 * A part of the page that loads and shows the connections.
 *
 * @param fitFrame tells Bitrix24's frame that the page has another height
 */
export function createConnections({ headers, language, pageWords, disabledText, fitFrame }) {
  const words = connectionTexts[language];
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  const deliveries = createDeliveries({ headers, language, fitFrame });
  const node = element('section', { className: 'connections' });
  node.hidden = true;
  let page = null;

  async function ask(path, given) {
    try {
      const sent = given === undefined ? {} : { method: 'POST', body: JSON.stringify(given) };
      const response = await fetch(`/bitrix24/app/${path}`, { headers, ...sent });
      if (response.ok || response.status === 422) return await response.json();
      if (response.status === 401) return { message: pageWords.sessionOver };
      if (response.status === 404) return { message: words.gone };
      if (response.status === 429) return { message: words.tooMany };
    } catch {
      // Told below, like every other answer that is none.
    }
    return { message: pageWords.lost };
  }

  async function load() {
    const answer = await ask('connections');
    if (answer.forms === undefined) return;
    page = answer;
    show();
  }

  function show(form = null) {
    const { forms, connections, followUps } = page;
    node.hidden = forms.length + connections.length + followUps.length === 0;
    const offers = forms.filter(({ isConnectedHere }) => isConnectedHere).map(connectButton);
    const cards =
      connections.length === 0
        ? element('p', { text: words.none, className: 'empty' })
        : element('ul', { className: 'cards wide' }, ...connections.map(card));
    const planned = followUps.length === 0 ? [] : [element('h2', { text: words.followUps }), followUpList(followUps)];
    const head = element('div', { className: 'row' }, element('h2', { text: words.connections }));
    head.append(element('div', { className: 'actions' }, ...offers));
    node.replaceChildren(head, ...(form === null ? [cards] : [form]), ...planned);
    form?.querySelector('input, select')?.focus();
    fitFrame();
  }

  function connectButton(form) {
    const button = element('button', { text: words.connect(form.title), className: 'quiet' });
    button.type = 'button';
    button.addEventListener('click', () => edit(form, null));
    return button;
  }

  function edit(form, connection) {
    const onSave = async (values, botCode, title) => {
      const brain = form.brain;
      const answer = await ask('connections', { id: connection?.id ?? null, brain, botCode, title, values, language });
      const problems = answer.problems ?? [];
      const message = answer.message ?? null;
      if (problems.length > 0 || message !== null) return { problems, message };
      await load();
      node.querySelector('.row')?.after(element('p', { text: words.saved, className: 'tag good' }));
      leave();
      return null;
    };
    const onCancel = () => {
      show();
      leave();
    };
    show(connectionForm({ words, language, form, connection, bots: page.bots, onSave, onCancel }));
  }

  /** The form was longer than what is shown now: without this, the end of an empty page would be seen. */
  function leave() {
    fitFrame();
    node.scrollIntoView({ block: 'start' });
  }

  function card(connection) {
    const form = page.forms.find(({ brain }) => brain === connection.brain);
    const name = element('div', { className: 'name' }, element('span', { text: connection.title }));
    const bots = connection.bots.length === 0 ? words.noBots : words.bots(connection.bots.join(', '));
    const item = element(
      'li',
      {},
      name,
      element('div', { text: `${connection.brainTitle} · ${bots}`, className: 'muted' }),
    );
    if (connection.disabled !== null) {
      item.append(element('div', { text: disabledText(connection.disabled), className: 'tag warn' }));
    }
    if (connection.fields === null && form !== undefined) {
      item.append(element('div', { text: words.unreadable, className: 'tag bad' }));
    }
    if (connection.webhook !== null) item.append(webhook(connection.webhook, form));
    const actions = element('div', { className: 'actions' });
    if (connection.fields !== null && form !== undefined) {
      actions.append(button(words.change, () => edit(form, connection)));
    }
    if (connection.hasFigures) actions.append(button(words.figures, () => void showFigures(connection, item, actions)));
    const sent = deliveries.listOf(connection.id);
    actions.append(sent.toggle);
    item.append(actions, sent.list);
    return item;
  }

  function button(text, onClick) {
    const made = element('button', { text, className: 'quiet' });
    made.type = 'button';
    made.addEventListener('click', onClick);
    return made;
  }

  function webhook(address, form) {
    const box = element('details', {}, element('summary', { text: words.webhook }));
    if (form?.webhookHelp) box.append(element('p', { text: form.webhookHelp[language], className: 'hint' }));
    box.append(
      element('p', { text: address, className: 'address' }),
      element('p', { text: words.webhookWarning, className: 'hint' }),
    );
    return box;
  }

  async function showFigures(connection, item, actions) {
    const answer = await ask(`connections/figures?id=${encodeURIComponent(connection.id)}`);
    item.querySelector('.figures')?.remove();
    const figures = answer.figures ?? [];
    const problem = answer.problem ?? answer.message ?? (figures.length === 0 ? words.noFigures : null);
    const rows = figures.flatMap(({ title, value }) => [
      element('dt', { text: title[language] }),
      element('dd', { text: value }),
    ]);
    const list = element('dl', { className: 'figures' }, ...rows);
    if (problem !== null) list.append(element('dd', { text: problem, className: 'muted' }));
    actions.before(list);
    fitFrame();
  }

  function followUpList(followUps) {
    const rows = followUps.map((followUp) => {
      const drop = button(words.drop, async () => {
        drop.disabled = true;
        const { botCode, dialogId, id } = followUp;
        const answer = await ask('follow-ups/cancel', { botCode, dialogId, id });
        drop.textContent = answer.message ?? words.dropped;
      });
      const cell = (label, ...children) => element('td', { label }, ...children);
      return element(
        'tr',
        {},
        element('td', { text: time.format(new Date(followUp.dueAt)), label: words.when, className: 'when' }),
        element('td', { text: followUp.title[language], label: words.what }),
        element('td', { text: followUp.dialogId, label: words.dialog }),
        cell('', drop),
      );
    });
    const titles = [words.when, words.what, words.dialog, ''];
    const head = element('tr', {}, ...titles.map((text) => element('th', { text })));
    return element(
      'div',
      { className: 'scroll' },
      element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
    );
  }

  return { node, load };
}
