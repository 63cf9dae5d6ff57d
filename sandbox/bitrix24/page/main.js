/** Builds the chat page, switches between its views and redraws what a change concerns. */
import { node } from '../../kit/page/dom.js';
import { loadState, model } from '../../kit/page/live.js';
import { LogView } from '../../kit/page/log-view.js';
import { drawTabs, startPage } from '../../kit/page/shell.js';
import { AppFrame } from './app-frame.js';
import { prepareScene, receive } from './live.js';
import { callColumn, deliveryColumn } from './log-columns.js';
import { createPanes } from './panes.js';
import { text } from './texts.js';

const panes = createPanes();
const frame = new AppFrame((userId) => {
  panes.find(({ id }) => id === 'employee')?.openChatWith(userId);
  show('employee');
});
const log = new LogView();
const chats = node('div', 'chats', ...panes.map(({ element }) => element));
const domain = node('span', 'domain');
const badge = node('span', 'badge');
badge.id = 'app-badge';

/** On a narrow screen each chat has its own tab; on a wide one all chats share the tab `chats`. */
const TABS = ['chats', 'client', 'operator', 'employee', 'group', 'app', 'log'];
let chosen = 'chats';

const isChat = (name) => name !== 'app' && name !== 'log';

function show(name) {
  chosen = name;
  if (name === 'app' && frame.form === null && model.state.hasPages) void frame.open();
  draw();
}

function tabOf(name) {
  if (name === 'chats') return { name, className: 'wide-only', isChosen: isChat(chosen) };
  const isChosen = name === (chosen === 'chats' ? 'client' : chosen);
  return { name, className: isChat(name) ? 'narrow-only' : '', isChosen };
}

function drawBadges() {
  const { app } = model.state;
  domain.textContent = model.state.domain;
  const state = app === null ? 'appMissing' : app.paymentExpired ? 'appUnpaid' : app.installed ? 'appReady' : 'appHalf';
  badge.textContent = text(state);
  badge.classList.toggle('badge-good', state === 'appReady');
}

function drawViews() {
  chats.hidden = !isChat(chosen);
  frame.element.hidden = chosen !== 'app';
  log.element.hidden = chosen !== 'log';
  const single = chosen === 'chats' ? 'client' : chosen;
  for (const { element } of panes) element.classList.toggle('chosen', element.id === `pane-${single}`);
}

let drawnTabs = '';

function draw() {
  drawViews();
  drawBadges();
  const wanted = chosen + text('title');
  if (wanted !== drawnTabs) drawTabs(TABS.map(tabOf), show);
  drawnTabs = wanted;
  for (const pane of panes) pane.draw();
  frame.draw();
  log.draw([callColumn(), deliveryColumn()]);
}

startPage({
  load: async () => {
    await loadState();
    await prepareScene();
  },
  settle: prepareScene,
  views: [chats, frame.element, log.element],
  badges: [domain, badge],
  draw,
  receive,
});
