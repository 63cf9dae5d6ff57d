/** The page's copy of the fake server's state, kept up to date by Server-Sent Events, and the function that requests actions. */

/** What the page shows; pages add fields for what the person has chosen. */
export const model = { state: null, isOnline: true };

const watchers = new Set();
let timer = null;
let isLoading = false;
let isStale = false;
let queryOf = () => '';

/** Calls back after every change, with its kind. */
export function watch(callback) {
  watchers.add(callback);
}

export function tell(kind) {
  for (const watcher of watchers) watcher(kind);
}

/** Sets the query with which the state is loaded, such as `?chat=5`; empty unless set. */
export function askWith(query) {
  queryOf = query;
}

/** Fetches the whole state again. Throws when the fake server does not answer. */
export async function loadState() {
  const answer = await fetch(`/sandbox/state${queryOf()}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  model.state = await answer.json();
  tell('state');
}

/** Reloads the state soon; several changes in a row cause one load. */
export function reloadSoon() {
  if (isLoading) isStale = true;
  else if (timer === null) timer = setTimeout(() => void reload(), 100);
}

async function reload() {
  timer = null;
  isLoading = true;
  try {
    await loadState();
  } catch {
    // The stream notices the lost connection by itself and loads again when it is back.
    setOnline(false);
  }
  isLoading = false;
  if (isStale) reloadSoon();
  isStale = false;
}

function setOnline(isOnline) {
  model.isOnline = isOnline;
  tell('online');
}

/** Opens the stream of changes. The browser reconnects by itself, and then the whole state is loaded again. */
export function goLive(receive) {
  const stream = new EventSource('/sandbox/stream');
  stream.addEventListener('message', ({ data }) => receive(JSON.parse(data)));
  stream.addEventListener('open', () => {
    setOnline(true);
    reloadSoon();
  });
  stream.addEventListener('error', () => setOnline(false));
}

/** Requests an action of the fake server. Throws its reason when the action is refused. */
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
