/** Builds the server's page, switches between its views and redraws after every change. */
import { ChatList } from '../../kit/page/chat-list.js';
import { node } from '../../kit/page/dom.js';
import { loadState, model, reloadSoon } from '../../kit/page/live.js';
import { LogView } from '../../kit/page/log-view.js';
import { drawTabs, isWide, startPage } from '../../kit/page/shell.js';
import { Conversation } from './conversation.js';
import { ServerTools } from './server-tools.js';
import { text } from './texts.js';

Object.assign(model, { ref: null });

const conversation = new Conversation();
const chats = new ChatList((ref) => {
  model.ref = ref;
  show('conversation');
});
const tools = new ServerTools();
const log = new LogView();
const split = node('div', 'split', chats.element, conversation.element);
const way = node('span', 'badge badge-good');

/** On a narrow screen the conversation is a tab of its own; on a wide one it stands beside the list. */
const TABS = ['chats', 'conversation', 'tools', 'log'];
let chosen = 'chats';

function show(name) {
  chosen = name;
  draw();
}

function tabOf(name) {
  const isBeside = name === 'chats' && chosen === 'conversation' && isWide();
  return { name, className: name === 'conversation' ? 'narrow-only' : '', isChosen: name === chosen || isBeside };
}

/** Where there is room beside the list, a conversation is always chosen. */
function chooseFirst() {
  const [first] = model.state.conversations;
  if (model.ref === null && first !== undefined && isWide()) model.ref = first.ref;
}

function columns() {
  const { calls, webhooks } = model.state;
  const detail = (asked, answered) =>
    `${JSON.stringify(asked, null, 1)}\n→ ${JSON.stringify(answered ?? null, null, 1)}`;
  return [
    {
      title: text('calls'),
      empty: text('noCalls'),
      items: calls,
      rowOf: ({ at, what, status, ms, body, answer }) => {
        return { at, what, status, isBad: status >= 300, ms, detail: detail(body, answer) };
      },
    },
    {
      title: text('webhooks'),
      empty: text('noWebhooks'),
      items: webhooks,
      rowOf: ({ at, body, status, ms, response, error }) => {
        const what = body.answers.map(({ type }) => type).join(', ');
        return { at, what, status: status ?? '×', isBad: status !== 200, ms, detail: detail(body, response ?? error) };
      },
    },
  ];
}

function draw() {
  chooseFirst();
  split.hidden = chosen === 'tools' || chosen === 'log';
  split.dataset.part = chosen === 'chats' ? 'list' : chosen;
  tools.element.hidden = chosen !== 'tools';
  log.element.hidden = chosen !== 'log';
  way.textContent = text(`way_${model.state.way}`);
  drawTabs(TABS.map(tabOf), show);
  const items = model.state.conversations.map(({ ref, title, bot, lines, owner }) => {
    const last = lines.at(-1)?.text.slice(0, 60) ?? '';
    return {
      id: ref,
      name: title,
      unread: 0,
      unreadTitle: '',
      lines: [bot, text(owner), last],
      isChosen: ref === model.ref,
    };
  });
  chats.draw(text('chats'), text('noChats'), items);
  conversation.draw();
  tools.draw();
  log.draw(columns());
}

startPage({
  load: loadState,
  views: [split, tools.element, log.element],
  badges: [way],
  draw,
  receive: reloadSoon,
});
