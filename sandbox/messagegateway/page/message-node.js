/** One message as a DOM node: text, files, cards, buttons, state, and what can be done with it. */
import { button, clock, fileNode, linkOrText, node } from '../../kit/page/dom.js';
import { act, model, tell } from '../../kit/page/live.js';
import { text } from './texts.js';

function itemNode(item) {
  return fileNode(item.url, item.caption || item.name || item.id, item.kind === 'image');
}

function card(title, value) {
  const box = node('div', 'attach', node('p', '', node('strong', '', title)));
  const name = value.name ?? value.number ?? '';
  if (name) box.append(node('p', '', String(name)));
  const cost = value.cost;
  if (cost) box.append(node('p', '', `${cost.value ?? 0} ${cost.currency}`));
  if (value.url) box.append(linkOrText(value.url, value.url));
  for (const item of value.items ?? []) box.append(node('p', '', `• ${item.name ?? ''}`));
  return box;
}

function suggestionsNode(suggestions) {
  const row = node('div', 'keyboard-row');
  for (const { type, title, payload } of suggestions) {
    const label = title ?? type ?? '';
    const key = type === 'url' ? linkOrText(payload, label) : node('span', '', label);
    key.classList.add('key');
    row.append(key);
  }
  return row;
}

function quoteNode(message) {
  const quoted = model.state.messages.find(({ id }) => id === message.quoteId);
  return node('blockquote', '', text('reply') + (quoted?.text ?? `#${message.quoteId}`));
}

function bodyNodes(message) {
  if (message.isDeleted) return [node('p', 'gone', text('deleted'))];
  const nodes = [];
  if (message.quoteId !== null) nodes.push(quoteNode(message));
  if (message.text !== null) nodes.push(node('div', 'body', message.text));
  nodes.push(...message.items.map(itemNode));
  if (message.note) nodes.push(node('div', 'body', message.note));
  if (message.order !== null) nodes.push(card(text('order'), message.order));
  if (message.product !== null) nodes.push(card(text('product'), message.product));
  if (message.suggestions.length > 0) nodes.push(suggestionsNode(message.suggestions));
  return nodes;
}

function metaNode(message) {
  const meta = node('div', 'meta', node('strong', '', message.authorName || text(message.authorType)));
  meta.append(node('span', 'who', text(message.authorType)), node('span', '', clock(message.time, true)));
  if (message.scope === 'private') meta.append(node('span', 'tag', text('isPrivate')));
  if (message.type === 'command') meta.append(node('span', 'tag', '/'));
  if (message.isMailing) meta.append(node('span', 'tag', text('mailing')));
  if (message.isEdited) meta.append(node('span', '', text('edited')));
  return meta;
}

function stateNode(message) {
  const state = node('div', 'message-state', text(`s_${message.status}`));
  if (message.status === 'failed') {
    state.classList.add('bad');
    state.append(`: ${message.error?.message ?? message.error?.code ?? ''}`);
  }
  for (const { content, by } of message.reactions) {
    const mark = node('span', 'reaction', content);
    mark.title = by;
    state.append(' ', mark);
  }
  return state;
}

function toolsNode(message, attempt) {
  const row = node('div', 'own-tools');
  if (message.authorType !== 'customer') {
    row.append(
      button(text('edit'), 'quiet', () => {
        const next = prompt(text('newText'), message.text ?? '');
        return next ? attempt(() => act('edit', { messageId: message.id, text: next })) : undefined;
      }),
      button(text('remove'), 'quiet', () => attempt(() => act('delete', { messageId: message.id }))),
    );
  }
  const answer = button(text('answer'), 'quiet', () => {
    model.quote = { chatId: model.chatId, id: message.id };
    tell('quote');
    document.querySelector('.composer textarea').focus();
  });
  row.append(answer);
  const isOn = message.reactions.some(({ content }) => content === '👍');
  const like = { messageId: message.id, userId: model.managerId, reaction: isOn ? null : '👍' };
  const thumb = button(text('like'), 'quiet', () => attempt(() => act('react', like)));
  thumb.setAttribute('aria-pressed', String(isOn));
  row.append(thumb);
  return row;
}

/** The node of a message; `attempt` runs an action and shows why it was refused. */
export function messageNode(message, attempt) {
  if (message.type === 'system') {
    const line = node('div', 'message system', text(`a_${message.action}`));
    if (text(`a_${message.action}`).endsWith(' ')) line.append(message.subjectName);
    return line;
  }
  const element = node('article', `message ${message.authorType === 'customer' ? '' : 'own'}`);
  if (message.scope === 'private') element.classList.add('private');
  element.append(metaNode(message), ...bodyNodes(message), stateNode(message));
  if (!message.isDeleted) element.append(toolsNode(message, attempt));
  return element;
}
