/** The page's copy of the portal: loaded once, kept fresh by Server-Sent Events; and the way to act. */

export const world = {
  state: null,
  scene: null,
  isOnline: true,
  /** chatId → { name, until } */
  typing: new Map(),
};

const watchers = new Set();
let reload = null;

/** Calls back with the kind of change after every change. */
export function watch(callback) {
  watchers.add(callback);
}

function tell(kind) {
  for (const watcher of watchers) watcher(kind);
}

/** Fetches everything anew. Throws when the portal does not answer. */
export async function loadState() {
  const answer = await fetch('/sandbox/state');
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  world.state = await answer.json();
  tell('state');
}

function reloadSoon() {
  if (reload !== null) return;
  reload = setTimeout(() => {
    reload = null;
    loadState().catch(() => tell('offline'));
  }, 120);
}

function putMessage(message) {
  if (message.isBot) world.typing.delete(message.chatId);
  const chat = world.state.chats.find(({ id }) => id === message.chatId);
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

function receive(item) {
  if (world.state === null) return;
  if (item.message) putMessage(item.message);
  else if (item.kind === 'call') putLog(world.state.calls, item.call);
  else if (item.kind === 'delivery') putLog(world.state.deliveries, item.delivery);
  else if (item.kind === 'typing') {
    const bot = world.state.bots.find(({ id }) => id === item.botId);
    world.typing.set(item.chatId, { name: bot?.name ?? '', until: Date.now() + 15_000 });
    setTimeout(() => tell('typing'), 15_100);
    tell('typing');
  } else reloadSoon();
}

/** Opens the stream; the browser reconnects by itself, and then everything is loaded anew. */
export function goLive() {
  const stream = new EventSource('/sandbox/stream');
  stream.addEventListener('message', ({ data }) => receive(JSON.parse(data)));
  stream.addEventListener('open', () => {
    if (!world.isOnline) reloadSoon();
    world.isOnline = true;
    tell('online');
  });
  stream.addEventListener('error', () => {
    world.isOnline = false;
    tell('online');
  });
}

/** Lets someone on the portal do something. Throws with the portal's words when it is refused. */
export async function act(name, fields = {}) {
  const answer = await fetch('/sandbox/act', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ act: name, ...fields }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? `HTTP ${answer.status}`);
  return body.done;
}

/** Makes sure the people and chats of the page exist. */
export async function prepareScene() {
  world.scene = await act('prepare');
  await loadState();
}

/** A chat by id, or undefined. */
export function chatById(chatId) {
  return world.state?.chats.find(({ id }) => id === chatId);
}

/** Name of a person or bot. */
export function nameOf(userId) {
  return world.state?.people.find(({ id }) => id === userId)?.name ?? '';
}
