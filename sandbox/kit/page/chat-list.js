/** The list of conversations beside the chosen one. */
import { node } from './dom.js';

export class ChatList {
  constructor(choose) {
    this.choose = choose;
    this.element = node('section', 'pane chat-list');
  }

  /** Items are `{ id, name, unread, unreadTitle, lines, isChosen }`. */
  draw(title, empty, items) {
    const list = items.length === 0 ? node('p', 'empty', empty) : node('ul', 'chat-items');
    for (const item of items) list.append(node('li', '', this.#button(item)));
    this.element.replaceChildren(node('div', 'pane-head', node('h2', '', title)), list);
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
