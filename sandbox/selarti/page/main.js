/** Builds the page of the fake Selarti, switches between its views and redraws after every change. */
import { ChatList } from '../../kit/page/chat-list.js';
import { node } from '../../kit/page/dom.js';
import { loadState, model, reloadSoon } from '../../kit/page/live.js';
import { LogView } from '../../kit/page/log-view.js';
import { drawTabs, isWide, startPage } from '../../kit/page/shell.js';
import { AccountView } from './account-view.js';
import { DialogueView } from './dialogue-view.js';
import { chooseDialogue, chooseFirst, shortName } from './live.js';
import { callColumn, webhookColumn } from './log-columns.js';
import { text } from './texts.js';

const dialogue = new DialogueView();
const list = new ChatList(async (chatId) => {
  await chooseDialogue(chatId);
  if (chosen === 'dialogues') show('dialogue');
});
const account = new AccountView();
const log = new LogView();
const split = node('div', 'split', list.element, dialogue.element);
const webhook = node('span', 'badge');

/** On a narrow screen the dialogue is a tab of its own; on a wide one it stands beside the list. */
const TABS = ['dialogues', 'dialogue', 'account', 'log'];
let chosen = 'dialogues';

function show(name) {
  chosen = name;
  draw();
}

function tabOf(name) {
  const isBeside = name === 'dialogues' && chosen === 'dialogue' && isWide();
  return { name, className: name === 'dialogue' ? 'narrow-only' : '', isChosen: name === chosen || isBeside };
}

function drawList() {
  const items = model.state.dialogues.map(({ chatId, tags, last }) => ({
    id: chatId,
    name: shortName(chatId),
    unread: 0,
    unreadTitle: '',
    lines: [last.slice(0, 80), tags.map((tag) => text(`tag_${tag}`)).join(', ')],
    isChosen: chatId === model.chatId,
  }));
  list.draw(text('dialogues'), text('noDialogues'), items);
}

function draw() {
  const hasWebhook = model.state.account.webhookUrl !== '';
  webhook.textContent = text(hasWebhook ? 'webhookIsSet' : 'webhookIsMissing');
  webhook.className = `badge ${hasWebhook ? 'badge-good' : 'badge-bad'}`;
  split.hidden = chosen === 'account' || chosen === 'log';
  split.dataset.part = chosen === 'dialogues' ? 'list' : 'conversation';
  account.element.hidden = chosen !== 'account';
  log.element.hidden = chosen !== 'log';
  drawTabs(TABS.map(tabOf), show);
  drawList();
  dialogue.draw();
  account.draw();
  log.draw([callColumn(), webhookColumn()]);
}

startPage({
  load: async () => {
    await loadState();
    await chooseFirst();
  },
  settle: chooseFirst,
  views: [split, account.element, log.element],
  badges: [webhook],
  draw,
  receive: reloadSoon,
});
