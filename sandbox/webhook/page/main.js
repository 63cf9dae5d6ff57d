/** Starts the server's page. */
import { startChatsPage } from '../../kit/page/chats-page.js';
import { node } from '../../kit/page/dom.js';
import { exchangeColumns } from '../../kit/page/exchange-columns.js';
import { model } from '../../kit/page/live.js';
import { Conversation } from './conversation.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const way = node('span', 'badge badge-good');

startChatsPage({
  conversation: new Conversation(),
  itemOf: ({ title, bot, owner, last }) => ({ name: title, lines: [bot, text(owner), last] }),
  views: { tools: new Tools() },
  columnsOf: () =>
    exchangeColumns(
      ({ what }) => what,
      ({ body }) => body.answers.map(({ type }) => type).join(', '),
    ),
  badges: [way],
  drawBadges() {
    way.textContent = text(`way_${model.state.way}`);
  },
});
