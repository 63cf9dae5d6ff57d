/** The page's copy of the fake server's state, kept fresh by Server-Sent Events; and the way to act. */

/** What the page shows; pages add what they choose and remember. */
export const model = { state: null, isOnline: true };

const watchers = new Set();
let timer = null;
let isLoading = false;
let isStale = false;
let queryOf = () => '';

/** Calls back with the kind of change after every change. */
export function watch(callback) {
  watchers.add(callback);
}

export function tell(kind) {
  for (const watcher of watchers) watcher(kind);
}

/** What is asked for with the state, such as `?chat=5`; nothing unless set. */
export function askWith(query) {
  queryOf = query;
}

/** Fetches everything anew. Throws when the fake server does not answer. */
export async function loadState() {
  const answer = await fetch(`/sandbox/state${queryOf()}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  model.state = await answer.json();
  tell('state');
}

/** Several changes in a row cost one load. */
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
    // The stream notices the loss by itself and loads again when it is back.
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

/** Opens the stream of changes; the browser reconnects by itself, and then everything is loaded anew. */
export function goLive(receive) {
  const stream = new EventSource('/sandbox/stream');
  stream.addEventListener('message', ({ data }) => receive(JSON.parse(data)));
  stream.addEventListener('open', () => {
    setOnline(true);
    reloadSoon();
  });
  stream.addEventListener('error', () => setOnline(false));
}

/** Does something in the fake server. Throws with its words when it is refused. */
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
