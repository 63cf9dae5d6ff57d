/** The app's page: the bots, what they did, and why. */
import { createConnections } from './connections.js';
import { element, explain, readPage } from './texts.js';

const { data, words } = readPage();
const by = (id) => document.getElementById(id);
/** The session is sent in a header, because addresses are kept by logs and histories. */
const headers = { Authorization: `Bearer ${data.session}` };
const time = new Intl.DateTimeFormat(data.language, { dateStyle: 'short', timeStyle: 'medium' });
const isFramed = window.BX24 !== undefined && window.parent !== window;
const when = (value) => time.format(new Date(value));
const fitFrame = () => {
  if (isFramed) window.BX24.fitWindow();
};
const disabledText = (reason) => words.disabledReasons[reason] ?? words.disabled;
const { language } = data;
const connections = createConnections({ headers, language, pageWords: words, disabledText, fitFrame });

function showProblem(text) {
  by('problem').textContent = text ?? '';
  by('problem').hidden = text === null;
}

function section(title, body) {
  return [element('h2', { text: title }), body];
}

function table(columns, rows, empty) {
  if (rows.length === 0) return element('p', { text: empty, className: 'empty' });
  const head = element('tr', {}, ...columns.map((column) => element('th', { text: column.title })));
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      ...columns.map((column) =>
        element('td', { text: String(column.value(row) ?? ''), label: column.title, className: column.className }),
      ),
    ),
  );
  const made = element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
  return element('div', { className: 'scroll' }, made);
}

function botCard(bot) {
  const tone = { registered: 'good', refused: 'bad', deleted: 'bad' }[bot.state] ?? 'warn';
  const state = element('span', { text: words.botStates[bot.state], className: `tag ${tone}` });
  const name = element('div', { className: 'name' }, element('span', { text: bot.name }), state);
  const account = bot.account === null || bot.account === bot.brain ? '' : ` · ${bot.account}`;
  const text = `${words.types[bot.type]} · ${words.brain}: ${bot.brain}${account}`;
  const about = element('div', { text, className: 'muted' });
  const item = element('li', {}, name, about);
  if (bot.disabled !== null) {
    item.append(element('div', { text: disabledText(bot.disabled), className: 'tag warn' }));
  }
  if (bot.problem !== null) item.append(element('div', { text: bot.problem, className: 'tag bad' }));
  return item;
}

function show(page) {
  const nameOf = (code) => page.bots.find((bot) => bot.code === code)?.name ?? code;
  by('where').textContent =
    page.portal === null ? '' : `${page.portal.domain} · ${words.portalStates[page.portal.state]}`;
  by('set-up').hidden = !page.isAdmin;
  showConnectButtons(page.connectable);
  showProblem(page.portal?.setUpError ?? null);
  const bots =
    page.bots.length === 0
      ? element('p', { text: words.noBots, className: 'empty' })
      : element('ul', { className: 'cards' }, ...page.bots.map(botCard));
  const outcome = { title: words.what, value: (row) => explain(words, row.outcome ?? row.state) };
  const bot = { title: words.bot, value: (row) => nameOf(row.bot_code) };
  const at = { title: words.when, value: (row) => when(row.at), className: 'when' };
  const parts = [...section(words.bots, bots), connections.node];
  if (page.deadLetters.length > 0) {
    const step = { title: words.step, value: (row) => `${row.side} ${row.kind ?? ''}` };
    const why = { title: words.what, value: (row) => `${words.states[row.state] ?? row.state}: ${row.outcome ?? ''}` };
    parts.push(...section(words.deadLetters, table([at, step, why], page.deadLetters, words.noDeadLetters)));
  }
  parts.push(
    ...section(
      words.day,
      table([bot, outcome, { title: words.count, value: (row) => row.events }], page.day, words.noDay),
    ),
    ...section(
      words.recent,
      table(
        [
          at,
          bot,
          { title: words.dialog, value: (row) => row.dialog_id },
          { title: words.from, value: (row) => words.sources[row.source] ?? row.source },
          outcome,
        ],
        page.recent,
        words.noRecent,
      ),
    ),
  );
  by('content').replaceChildren(...parts);
  fitFrame();
}

function showConnectButtons(connectable) {
  for (const { name, title } of connectable) {
    if (by(`connect-${name}`) !== null) continue;
    const button = element('button', { text: words.connect(title), className: 'quiet' });
    button.id = `connect-${name}`;
    button.type = 'button';
    button.addEventListener('click', () => void showCode(name, button));
    by('set-up').before(button);
  }
}

/** Shows a code for connecting an account, to be entered on a page outside this portal; the link to that page contains it. */
async function showCode(name, button) {
  button.disabled = true;
  const given = await orderCode(name);
  button.disabled = false;
  if (given === null) return;
  const link = element('a', { text: words.connectOpen, className: 'button' });
  link.href = given.path;
  link.target = '_blank';
  link.rel = 'noopener';
  const code = element('p', { text: given.code, className: 'code' });
  by('connect-code').replaceChildren(element('p', { text: words.connectLead(given.minutes) }), code, link);
  by('connect-code').hidden = false;
  fitFrame();
}

async function orderCode(name) {
  try {
    const address = `/bitrix24/app/connect-code?brain=${encodeURIComponent(name)}`;
    const response = await fetch(address, { method: 'POST', headers });
    if (response.ok) return await response.json();
    showProblem(response.status === 401 ? words.sessionOver : words.lost);
  } catch {
    showProblem(words.lost);
  }
  return null;
}

/** The page's data; null on failure, and then the page shows why. */
async function fetchPage() {
  try {
    const response = await fetch('/bitrix24/app/data', { headers });
    if (response.ok) return await response.json();
    showProblem(response.status === 401 ? words.sessionOver : words.lost);
  } catch {
    showProblem(words.lost);
  }
  return null;
}

async function load() {
  by('refresh').disabled = true;
  const page = await fetchPage();
  by('refresh').disabled = false;
  if (page === null) return;
  show(page);
  if (page.isAdmin) await connections.load();
}

async function setUp() {
  by('set-up').disabled = true;
  const response = await fetch('/bitrix24/app/set-up', { method: 'POST', headers });
  by('set-up').textContent = response.ok ? words.setUpOrdered : words.lost;
}

by('refresh').textContent = words.refresh;
by('set-up').textContent = words.setUp;
if (data.problem === null) {
  by('content').append(element('p', { text: words.loading, className: 'empty' }));
  by('refresh').addEventListener('click', () => void load());
  by('set-up').addEventListener('click', () => void setUp());
  if (isFramed) window.BX24.init(() => undefined);
  void load();
} else {
  by('refresh').hidden = true;
  showProblem(words.problems[data.problem] ?? words.problems.other);
}
