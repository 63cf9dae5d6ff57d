/** Builds the script's page, switches between its views and redraws after every change. */
import { ChatList } from '../../kit/page/chat-list.js';
import { node } from '../../kit/page/dom.js';
import { loadState, model, reloadSoon } from '../../kit/page/live.js';
import { LogView } from '../../kit/page/log-view.js';
import { drawTabs, isWide, startPage } from '../../kit/page/shell.js';
import { Conversation } from './conversation.js';
import { JobsView } from './jobs.js';
import { choose, chooseFirst } from './live.js';
import { callColumn, webhookColumn } from './log-columns.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const conversation = new Conversation();
const list = new ChatList(async (id) => {
  await choose(id);
  if (chosen === 'conversations') show('conversation');
});
const jobs = new JobsView();
const tools = new Tools();
const log = new LogView();
const split = node('div', 'split', list.element, conversation.element);
const bot = node('span', 'domain');
const way = node('span', 'badge');

/** On a narrow screen the conversation is a tab of its own; on a wide one it stands beside the list. */
const TABS = ['conversations', 'conversation', 'jobs', 'tools', 'log'];
let chosen = 'conversations';

function show(name) {
  chosen = name;
  draw();
}

function tabOf(name) {
  const isBeside = name === 'conversations' && chosen === 'conversation' && isWide();
  return { name, className: name === 'conversation' ? 'narrow-only' : '', isChosen: name === chosen || isBeside };
}

function drawList() {
  const items = model.state.conversations.map(({ id, userName, leadId, tags, last }) => ({
    id,
    name: userName || id.slice(0, 8),
    unread: 0,
    unreadTitle: '',
    lines: [`${text('lead')} ${leadId}${tags.length === 0 ? '' : ` · ${tags.join(', ')}`}`, last],
    isChosen: id === model.conversation,
  }));
  list.draw(text('conversations'), text('noConversations'), items);
}

function draw() {
  const isInChats = chosen === 'conversations' || chosen === 'conversation';
  split.hidden = !isInChats;
  split.dataset.part = chosen === 'conversations' ? 'list' : chosen;
  jobs.element.hidden = chosen !== 'jobs';
  tools.element.hidden = chosen !== 'tools';
  log.element.hidden = chosen !== 'log';
  bot.textContent = `bot ${model.state.botId} · ${model.state.alias}`;
  way.textContent = text(`way_${model.state.way}`);
  drawTabs(TABS.map(tabOf), show);
  drawList();
  conversation.draw();
  jobs.draw();
  tools.draw();
  log.draw([callColumn(), webhookColumn()]);
}

startPage({
  load: async () => {
    await loadState();
    await chooseFirst();
  },
  settle: chooseFirst,
  views: [split, jobs.element, tools.element, log.element],
  badges: [bot, way],
  draw,
  receive: reloadSoon,
});
