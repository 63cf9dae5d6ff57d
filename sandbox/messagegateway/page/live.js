/** The page's copy of the account: loaded whole, loaded again after every change; and the way to act. */
import { text } from './texts.js';

export const world = {
  state: null,
  chatId: null,
  managerId: null,
  isOnline: true,
  isRefusing: false,
};

const watchers = new Set();
let timer = null;
let isLoading = false;
let isStale = false;

/** Calls back after every change. */
export function watch(callback) {
  watchers.add(callback);
}

export function tell() {
  for (const watcher of watchers) watcher();
}

/** Fetches everything anew. Throws when the sandbox does not answer. */
export async function loadState() {
  const chat = world.chatId === null ? '' : `?chat=${String(world.chatId)}`;
  const answer = await fetch(`/sandbox/state${chat}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  world.state = await answer.json();
  if (world.chatId === null && world.state.chats.length > 0 && matchMedia('(min-width: 900px)').matches) {
    world.chatId = world.state.chats[0].id;
    return loadState();
  }
  tell();
}

/** Several changes in a row cost one load. */
function reloadSoon() {
  if (timer !== null || isLoading) {
    isStale = isLoading;
    return;
  }
  timer = setTimeout(() => void reload(), 100);
}

async function reload() {
  timer = null;
  isLoading = true;
  try {
    await loadState();
  } catch {
    // The stream notices the loss by itself and loads again when it is back.
    world.isOnline = false;
    tell();
  }
  isLoading = false;
  if (isStale) {
    isStale = false;
    reloadSoon();
  }
}

/** Opens the stream; the browser reconnects by itself, and then everything is loaded anew. */
export function goLive() {
  const stream = new EventSource('/sandbox/stream');
  stream.addEventListener('message', reloadSoon);
  stream.addEventListener('open', () => {
    world.isOnline = true;
    reloadSoon();
  });
  stream.addEventListener('error', () => {
    world.isOnline = false;
    tell();
  });
}

/** Does something in the sandbox. Throws with its words when it is refused. */
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

/** Makes sure there is a manager to write as. */
export async function prepare() {
  world.managerId = await act('prepare', { name: text('manager') });
}

export async function chooseChat(chatId) {
  world.chatId = chatId;
  await loadState();
}

export function currentChat() {
  return world.state?.chats.find(({ id }) => id === world.chatId) ?? null;
}

export function dialogById(dialogId) {
  return world.state?.dialogs.find(({ id }) => id === dialogId) ?? null;
}

/** Name of a bot or manager. */
export function nameOf({ type, id }) {
  const list = type === 'bot' ? world.state.bots : world.state.managers;
  return list.find((one) => one.id === id)?.name ?? String(id);
}

/** A DOM node with class and content. */
export function node(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/** A button; while its work runs it cannot be pressed again. */
export function button(label, className, press) {
  const element = node('button', className, label);
  element.type = 'button';
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await press();
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
