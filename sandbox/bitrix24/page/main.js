/** Builds the page, switches between its views and redraws what a change concerns. */
import { AppFrame } from './app-frame.js';
import { goLive, loadState, prepareScene, watch, world } from './live.js';
import { LogPane } from './log-pane.js';
import { createPanes } from './panes.js';
import { currentLanguage, setLanguage, text } from './texts.js';

const views = document.querySelector('#views');
const tabs = document.querySelector('#tabs');
const languageSelect = document.querySelector('#language');
const panes = createPanes();
const frame = new AppFrame();
const log = new LogPane();
const chats = document.createElement('div');
chats.className = 'chats';
chats.append(...panes.map(({ element }) => element));

/** On a narrow screen each chat is a tab of its own; on a wide one they share the tab `chats`. */
const TABS = ['chats', 'client', 'operator', 'employee', 'group', 'app', 'log'];
let chosen = 'chats';

function show(name) {
  chosen = name;
  const isChat = !['app', 'log'].includes(name);
  chats.hidden = !isChat;
  frame.element.hidden = name !== 'app';
  log.element.hidden = name !== 'log';
  const single = name === 'chats' ? 'client' : name;
  for (const { element } of panes) element.classList.toggle('chosen', element.id === `pane-${single}`);
  drawTabs();
  if (name === 'app' && frame.form === null && world.state.hasPages) void frame.open();
  draw();
}

function drawTabs() {
  tabs.replaceChildren(
    ...TABS.map((name) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.role = 'tab';
      tab.textContent = text(name);
      tab.className = name === 'chats' ? 'wide-only' : ['app', 'log'].includes(name) ? '' : 'narrow-only';
      const isOnWide = !['app', 'log'].includes(chosen) && name === 'chats';
      const isOnNarrow = name === (chosen === 'chats' ? 'client' : chosen);
      tab.setAttribute('aria-selected', String(isOnWide || isOnNarrow));
      tab.addEventListener('click', () => show(name));
      return tab;
    }),
  );
  for (const tab of tabs.querySelectorAll('[aria-selected="true"]')) {
    tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

function drawBadges() {
  const { app, domain } = world.state;
  document.querySelector('#domain').textContent = domain;
  document.querySelector('#offline').hidden = world.isOnline;
  const badge = document.querySelector('#app-badge');
  const state = app === null ? 'appMissing' : app.paymentExpired ? 'appUnpaid' : app.installed ? 'appReady' : 'appHalf';
  badge.textContent = text(state);
  badge.classList.toggle('badge-good', state === 'appReady');
}

function draw() {
  if (world.state === null || world.scene === null) return;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  drawBadges();
  for (const pane of panes) {
    pane.drawTools?.();
    pane.draw();
  }
  frame.draw();
  log.draw();
}

let knownBots = '';

/** New bots have to be given their places: the line and the group. */
async function settleBots() {
  const bots = world.state.bots.map(({ id }) => id).join();
  if (bots === knownBots) return;
  knownBots = bots;
  await prepareScene();
}

function showFailure(failure) {
  const note = document.createElement('p');
  note.className = 'notice error';
  note.textContent = `${text('failed')}${failure.message} `;
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'primary';
  again.textContent = text('retry');
  again.addEventListener('click', () => void start());
  note.append(again);
  views.replaceChildren(note);
}

async function start() {
  setLanguage(currentLanguage());
  languageSelect.value = currentLanguage();
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  try {
    await loadState();
    await settleBots();
    if (world.scene === null) await prepareScene();
  } catch (failure) {
    showFailure(failure);
    return;
  }
  views.replaceChildren(chats, frame.element, log.element);
  show(chosen);
  goLive();
  watch((kind) => {
    if (kind === 'state') settleBots().then(draw, showFailure);
    else draw();
  });
}

languageSelect.addEventListener('change', () => {
  setLanguage(languageSelect.value);
  drawTabs();
  draw();
});

void start();
