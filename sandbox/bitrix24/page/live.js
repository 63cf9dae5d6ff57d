/** What the stream of changes brings to the page's copy of the portal, and what the page asks of it. */
import { act, loadState, model, reloadSoon, tell } from '../../kit/page/live.js';

/** `typing`: chatId → { name, until }. `scene`: the people and chats of the page. */
Object.assign(model, { scene: null, typing: new Map() });

function putMessage(message) {
  if (message.isBot) model.typing.delete(message.chatId);
  const chat = chatById(message.chatId);
  if (chat === undefined) return reloadSoon();
  const at = chat.messages.findIndex(({ id }) => id === message.id);
  if (at >= 0) chat.messages[at] = message;
  else chat.messages.push(message);
  tell('message');
}

function putLog(list, item) {
  list.push(item);
  if (list.length > 200) list.splice(0, list.length - 100);
  tell('log');
}

function putTyping({ chatId, botId }) {
  const bot = model.state.bots.find(({ id }) => id === botId);
  model.typing.set(chatId, { name: bot?.name ?? '', until: Date.now() + 15_000 });
  setTimeout(() => tell('typing'), 15_100);
  tell('typing');
}

/** Takes one change from the stream. */
export function receive(item) {
  if (item.message) putMessage(item.message);
  else if (item.kind === 'call') putLog(model.state.calls, item.call);
  else if (item.kind === 'delivery') putLog(model.state.deliveries, item.delivery);
  else if (item.kind === 'typing') putTyping(item);
  else reloadSoon();
}

let knownBots = '';

/** Makes sure the people and chats of the page exist; new bots have to be given their places: the line and the group. */
export async function prepareScene() {
  const bots = model.state.bots.map(({ id }) => id).join();
  if (model.scene !== null && bots === knownBots) return;
  knownBots = bots;
  model.scene = await act('prepare');
  await loadState();
}

/** A chat by id, or undefined. */
export function chatById(chatId) {
  return model.state?.chats.find(({ id }) => id === chatId);
}

/** Name of a person or bot. */
export function nameOf(userId) {
  return model.state?.people.find(({ id }) => id === userId)?.name ?? '';
}
