/** Starts the script's page. */
import { startChatsPage } from '../../kit/page/chats-page.js';
import { node } from '../../kit/page/dom.js';
import { exchangeColumns } from '../../kit/page/exchange-columns.js';
import { model } from '../../kit/page/live.js';
import { Conversation } from './conversation.js';
import { JobsView } from './jobs.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const bot = node('span', 'domain');
const way = node('span', 'badge');

startChatsPage({
  conversation: new Conversation(),
  itemOf: ({ id, userName, leadId, tags, last }) => ({
    name: userName || id.slice(0, 8),
    lines: [`${text('lead')} ${leadId}${tags.length === 0 ? '' : ` · ${tags.join(', ')}`}`, last],
  }),
  views: { jobs: new JobsView(), tools: new Tools() },
  columnsOf: () =>
    exchangeColumns(
      ({ method, path }) => `${method} ${path}`,
      ({ url }) => `→ ${url}`,
    ),
  badges: [bot, way],
  drawBadges() {
    bot.textContent = `bot ${model.state.botId} · ${model.state.alias}`;
    way.textContent = text(`way_${model.state.way}`);
  },
});
