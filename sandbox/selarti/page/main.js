/** Starts the page of the fake Selarti. */
import { startChatsPage } from '../../kit/page/chats-page.js';
import { node } from '../../kit/page/dom.js';
import { exchangeColumns } from '../../kit/page/exchange-columns.js';
import { model } from '../../kit/page/live.js';
import { Conversation, shortName } from './conversation.js';
import { text } from './texts.js';
import { Tools } from './tools.js';

const webhook = node('span', 'badge');

startChatsPage({
  conversation: new Conversation(),
  itemOf: ({ id, tags, last }) => ({
    name: shortName(id),
    lines: [last.slice(0, 80), tags.map((tag) => text(`tag_${tag}`)).join(', ')],
  }),
  views: { tools: new Tools() },
  columnsOf: () =>
    exchangeColumns(
      ({ path }) => path.split('/').at(-1),
      ({ type }) => text(`from_${type}`),
    ),
  badges: [webhook],
  drawBadges() {
    const hasWebhook = model.state.account.webhookUrl !== '';
    webhook.textContent = text(hasWebhook ? 'webhookIsSet' : 'webhookIsMissing');
    webhook.className = `badge ${hasWebhook ? 'badge-good' : 'badge-bad'}`;
  },
});
