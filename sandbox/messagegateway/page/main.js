/** Builds the manager's page, switches between its views and redraws after every change. */
import { ChatList } from '../../kit/page/chat-list.js';
import { node } from '../../kit/page/dom.js';
import { loadState, model, reloadSoon } from '../../kit/page/live.js';
import { LogView } from '../../kit/page/log-view.js';
import { drawTabs, isWide, startPage } from '../../kit/page/shell.js';
import { Conversation } from './conversation.js';
import { chooseChat, chooseFirst, leader, prepare } from './live.js';
import { callColumn, webhookColumn } from './log-columns.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const conversation = new Conversation();
const dialogs = new ChatList(async (chatId) => {
  await chooseChat(chatId);
  if (chosen === 'dialogs') show('conversation');
});
const tools = new Tools();
const log = new LogView();
const split = node('div', 'split', dialogs.element, conversation.element);
const account = node('span', 'domain');
const sockets = node('span', 'badge');
const chatsOff = node('span', 'badge badge-bad');
chatsOff.dataset.text = 'chatsAreOff';

/** On a narrow screen the conversation is a tab of its own; on a wide one it stands beside the list. */
const TABS = ['dialogs', 'conversation', 'tools', 'log'];
let chosen = 'dialogs';

function show(name) {
  chosen = name;
  draw();
}

function tabOf(name) {
  const isBeside = name === 'dialogs' && chosen === 'conversation' && isWide();
  return { name, className: name === 'conversation' ? 'narrow-only' : '', isChosen: name === chosen || isBeside };
}

function drawViews() {
  split.hidden = chosen === 'tools' || chosen === 'log';
  split.dataset.part = chosen === 'dialogs' ? 'list' : chosen;
  tools.element.hidden = chosen !== 'tools';
  log.element.hidden = chosen !== 'log';
}

function drawBadges() {
  const { state } = model;
  account.textContent = `${state.account} · CRM ${state.crmOrigin}`;
  sockets.textContent = text('socketsOpen') + state.sockets;
  sockets.classList.toggle('badge-good', state.sockets > 0);
  chatsOff.hidden = !state.isChatsOff;
}

function drawDialogs() {
  const { chats, channels } = model.state;
  const itemOf = (chat) => {
    const channel = channels.find(({ id }) => id === chat.channelId);
    return {
      id: chat.id,
      name: chat.customerName || `#${chat.id}`,
      unread: chat.notRead,
      unreadTitle: text('unread') + chat.notRead,
      lines: [leader(chat), channel?.name || channel?.type || ''],
      isChosen: chat.id === model.chatId,
    };
  };
  dialogs.draw(text('dialogs'), text('noChats'), chats.map(itemOf));
}

function draw() {
  drawViews();
  drawBadges();
  drawTabs(TABS.map(tabOf), show);
  drawDialogs();
  conversation.draw();
  tools.draw();
  log.draw([callColumn(), webhookColumn()]);
}

startPage({
  load: async () => {
    await prepare();
    await loadState();
    await chooseFirst();
  },
  settle: chooseFirst,
  views: [split, tools.element, log.element],
  badges: [account, sockets, chatsOff],
  draw,
  receive: reloadSoon,
});
