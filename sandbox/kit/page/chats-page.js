/** A page of conversations: their list beside the chosen one, further views under their own tabs, and the log. */
import { ChatList } from './chat-list.js';
import { chooseChat, chooseFirst } from './chosen.js';
import { node } from './dom.js';
import { loadState, model, reloadSoon } from './live.js';
import { LogView } from './log-view.js';
import { drawTabs, isWide, startPage } from './shell.js';
import { text } from './texts.js';

/**
 * Starts it. `conversation` is a `ChosenChatView`, `itemOf(chat)` gives the chat's row `{ name, lines, unread, unreadTitle }`, `views` are
 * further views by the key of their tab, `columnsOf()` gives the log's columns, `badges` are nodes of the header that `drawBadges` fills,
 * `prepare` runs before the state is first loaded.
 */
export function startChatsPage(page) {
  const list = new ChatList(async (id) => {
    await chooseChat(id);
    if (chosen === 'chats') show('conversation');
  });
  const log = new LogView();
  const split = node('div', 'split', list.element, page.conversation.element);
  const others = { ...page.views, log };
  /** On a narrow screen the conversation has its own tab; on a wide one it is shown beside the list. */
  const tabs = ['chats', 'conversation', ...Object.keys(others)];
  let chosen = 'chats';

  function show(name) {
    chosen = name;
    draw();
  }

  function tabOf(name) {
    const isBeside = name === 'chats' && chosen === 'conversation' && isWide();
    return { name, className: name === 'conversation' ? 'narrow-only' : '', isChosen: name === chosen || isBeside };
  }

  function draw() {
    split.hidden = chosen in others;
    split.dataset.part = chosen === 'chats' ? 'list' : 'conversation';
    for (const [name, { element }] of Object.entries(others)) element.hidden = name !== chosen;
    page.drawBadges();
    drawTabs(tabs.map(tabOf), show);
    const items = model.state.chats.map((chat) => ({
      unread: 0,
      ...page.itemOf(chat),
      id: chat.id,
      isChosen: chat.id === model.chatId,
    }));
    list.draw(text('chats'), text('noChats'), items);
    page.conversation.draw();
    for (const view of Object.values(page.views)) view.draw();
    log.draw(page.columnsOf());
  }

  startPage({
    load: async () => {
      await page.prepare?.();
      await loadState();
      await chooseFirst();
    },
    settle: chooseFirst,
    views: [split, ...Object.values(others).map(({ element }) => element)],
    badges: page.badges,
    draw,
    receive: reloadSoon,
  });
}
