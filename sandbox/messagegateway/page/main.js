/** Builds the page, switches between its views and redraws after every change. */
import { Conversation } from './conversation.js';
import { DialogList } from './dialog-list.js';
import { goLive, loadState, node, prepare, watch, world } from './live.js';
import { Log } from './log.js';
import { currentLanguage, setLanguage, text } from './texts.js';
import { Tools } from './tools.js';

const views = document.querySelector('#views');
const tabs = document.querySelector('#tabs');
const languageSelect = document.querySelector('#language');
const conversation = new Conversation();
const dialogs = new DialogList(() => {
  if (chosen === 'dialogs') show('conversation');
});
const tools = new Tools();
const log = new Log();
const desk = node('div', 'desk', dialogs.element, conversation.element);

/** On a narrow screen the conversation is a tab of its own; on a wide one it stands beside the list. */
const TABS = ['dialogs', 'conversation', 'tools', 'log'];
let chosen = 'dialogs';

function show(name) {
  chosen = name;
  desk.hidden = name === 'tools' || name === 'log';
  desk.dataset.part = name;
  tools.element.hidden = name !== 'tools';
  log.element.hidden = name !== 'log';
  draw();
}

function drawTabs() {
  tabs.replaceChildren(
    ...TABS.map((name) => {
      const tab = node('button', name === 'conversation' ? 'narrow-only' : '', text(name));
      tab.type = 'button';
      tab.role = 'tab';
      const isDesk = name === 'dialogs' && chosen === 'conversation' && matchMedia('(min-width: 900px)').matches;
      tab.setAttribute('aria-selected', String(name === chosen || isDesk));
      tab.addEventListener('click', () => show(name));
      return tab;
    }),
  );
}

function drawTop() {
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  const { account, crmOrigin, sockets, isChatsOff } = world.state;
  document.querySelector('#account').textContent = `${account} · CRM ${crmOrigin}`;
  const badge = document.querySelector('#sockets');
  badge.textContent = text('socketsOpen') + sockets;
  badge.classList.toggle('badge-good', sockets > 0);
  document.querySelector('#offline').hidden = world.isOnline;
  document.querySelector('#chats-off').hidden = !isChatsOff;
}

function draw() {
  if (world.state === null) return;
  drawTop();
  drawTabs();
  dialogs.draw();
  conversation.draw();
  tools.draw();
  log.draw();
}

function showFailure(failure) {
  const note = node('p', 'notice error', `${text('failed')}${failure.message} `);
  const again = node('button', 'primary', text('retry'));
  again.type = 'button';
  again.addEventListener('click', () => void start());
  note.append(again);
  views.replaceChildren(note);
}

async function start() {
  setLanguage(currentLanguage());
  languageSelect.value = currentLanguage();
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  try {
    await prepare();
    await loadState();
  } catch (failure) {
    showFailure(failure);
    return;
  }
  views.replaceChildren(desk, tools.element, log.element);
  show(chosen);
  watch(draw);
  goLive();
}

languageSelect.addEventListener('change', () => {
  setLanguage(languageSelect.value);
  draw();
});

void start();
