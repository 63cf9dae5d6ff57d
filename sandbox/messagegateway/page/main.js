/** Starts the manager's page. */
import { startChatsPage } from '../../kit/page/chats-page.js';
import { node } from '../../kit/page/dom.js';
import { exchangeColumns } from '../../kit/page/exchange-columns.js';
import { model } from '../../kit/page/live.js';
import { Conversation } from './conversation.js';
import { leader, prepare } from './live.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const account = node('span', 'domain');
const sockets = node('span', 'badge');
const chatsOff = node('span', 'badge badge-bad');
chatsOff.dataset.text = 'chatsAreOff';

startChatsPage({
  prepare,
  conversation: new Conversation(),
  itemOf(chat) {
    const channel = model.state.channels.find(({ id }) => id === chat.channelId);
    return {
      name: chat.customerName || `#${chat.id}`,
      unread: chat.notRead,
      unreadTitle: text('unread') + chat.notRead,
      lines: [leader(chat), channel?.name || channel?.type || ''],
    };
  },
  views: { tools: new Tools() },
  columnsOf: () =>
    exchangeColumns(
      ({ api, method, path }) => `${api} ${method} ${path}`,
      ({ type, moduleCode }) => `${type} → ${moduleCode}`,
    ),
  badges: [account, sockets, chatsOff],
  drawBadges() {
    const { state } = model;
    account.textContent = `${state.account} · CRM ${state.crmOrigin}`;
    sockets.textContent = text('socketsOpen') + state.sockets;
    sockets.classList.toggle('badge-good', state.sockets > 0);
    chatsOff.hidden = !state.isChatsOff;
  },
});
