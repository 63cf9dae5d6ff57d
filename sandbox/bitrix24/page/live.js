/** Applies the stream of changes to the page's copy of the portal's state, and looks things up in that copy. */
import { act, loadState, model, reloadSoon, tell } from '../../kit/page/live.js';

/** `typing`: chatId → { name, words, until }; `words` is a key of the texts. `scene`: the people and chats shown on the page. */
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

const AGENT_ACTION = 'IMBOT_AGENT_ACTION_';

function putTyping({ chatId, botId, code, seconds }) {
  const bot = model.state.bots.find(({ id }) => id === botId);
  const words = code.startsWith(AGENT_ACTION) ? code.slice(AGENT_ACTION.length) : 'typing';
  model.typing.set(chatId, { name: bot?.name ?? '', words, until: Date.now() + seconds * 1000 });
  setTimeout(() => tell('typing'), seconds * 1000 + 100);
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

/** Makes sure that the people and chats of the page exist; new bots have to be added to the Open Channel and the group. */
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
