/** The list of conversations, shown beside the chosen one. */
import { keepChildren, node } from './dom.js';

export class ChatList {
  constructor(choose) {
    this.choose = choose;
    this.title = node('h2');
    this.empty = node('p', 'empty');
    this.list = node('ul', 'chat-items');
    this.element = node('section', 'pane chat-list', node('div', 'pane-head', this.title), this.empty, this.list);
  }

  /** Items are `{ id, name, unread, unreadTitle, lines, isChosen }`. */
  draw(title, empty, items) {
    this.title.textContent = title;
    this.empty.textContent = empty;
    this.empty.hidden = items.length > 0;
    this.list.hidden = items.length === 0;
    keepChildren(
      this.list,
      items.map((item) => ({ key: item.id, element: node('li', '', this.#button(item)) })),
    );
  }

  #button({ id, name, unread, unreadTitle, lines, isChosen }) {
    const title = node('span', 'chat-name', name);
    if (unread > 0) {
      const count = node('span', 'count', String(unread));
      count.title = unreadTitle;
      title.append(' ', count);
    }
    const item = node('button', 'chat-item', title, ...lines.map((line) => node('span', 'chat-line', line)));
    item.type = 'button';
    item.setAttribute('aria-current', String(isChosen));
    item.addEventListener('click', () => this.choose(id));
    return item;
  }
}
