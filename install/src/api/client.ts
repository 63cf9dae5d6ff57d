/** Calls of the app's JSON API. The session goes in a header: cookies are blocked in frames, and addresses are kept by logs. */
import { ref } from 'vue';
import { ApiProblem } from './api-problem.ts';

export { ApiProblem };

/** True when the page has to be opened again: its session is over. */
export const isSessionOver = ref(false);

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

const answerTimeoutMs = 30_000;
/** For what makes the server ask a service several times. */
export const longAnswerMs = 120_000;
const renewEveryMs = 30 * 60_000;
const renewalPath = '/api/session';

let token = '';
let tokenOfVisitor: VisitorToken = () => Promise.resolve(null);

/** The visitor's token of Bitrix24, by which his role is confirmed; null where there is none. `isFresh`: one that was given out just now. */
type VisitorToken = (isFresh: boolean) => Promise<string | null>;

/** Begins the session of the page and keeps it alive while the page is open. */
export function beginSession(given: string, visitor: VisitorToken): void {
  token = given;
  tokenOfVisitor = visitor;
  setInterval(() => void renew(false), renewEveryMs);
}

/** True when there is a new session. */
async function renew(isFresh: boolean): Promise<boolean> {
  try {
    const accessToken = await tokenOfVisitor(isFresh);
    const body = accessToken === null ? {} : { accessToken };
    const response = await send('POST', renewalPath, { body });
    token = ((await response.json()) as { session: string }).session;
    return true;
  } catch {
    // The session lives for hours: the next renewal is in time, and a session that is over shows itself at the next call.
    return false;
  }
}

export const api = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal) => call<T>('GET', withQuery(path, query), { signal }),
  post: <T>(path: string, body?: unknown, timeoutMs?: number) => call<T>('POST', path, { body, timeoutMs }),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, { body }),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, { body }),
  delete: <T>(path: string, body?: unknown) => call<T>('DELETE', path, { body }),
};

/** What the API answers as a file, for example an export. Throws ApiProblem. */
export async function download(path: string, query: Query = {}, timeoutMs = answerTimeoutMs): Promise<Blob> {
  const response = await send('GET', withQuery(path, query), { timeoutMs, needsFreshRole: true });
  return response.blob();
}

async function call<T>(method: string, path: string, sending: Sending): Promise<T> {
  const response = await send(method, path, sending);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

interface Sending {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** The server asks for a role that was confirmed lately; every change does. */
  readonly needsFreshRole?: boolean;
  readonly isRepeated?: boolean;
}

async function send(method: string, path: string, sending: Sending): Promise<Response> {
  const { body, signal, timeoutMs = answerTimeoutMs } = sending;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'omit',
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw noAnswer();
  }
  if (response.ok) return response;
  // A browser that was asleep has renewed nothing, and the visitor's role was not confirmed for long.
  const needsFreshRole = sending.needsFreshRole ?? (method !== 'GET' && path !== renewalPath);
  const isRenewable = response.status === 401 && needsFreshRole && sending.isRepeated !== true;
  if (isRenewable && (await renew(true))) return await send(method, path, { ...sending, isRepeated: true });
  if (response.status === 401) isSessionOver.value = true;
  throw await problemOf(response);
}

interface Refusal {
  readonly error?: { code?: string; message?: string; problems?: ApiProblem['problems'] };
}

/** Nothing was answered, or not in time. */
export function noAnswer(): ApiProblem {
  return new ApiProblem({ status: 0, code: 'page.no_connection', message: '' });
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  // A proxy in between answers with a page of its own.
  const body = (await response.json().catch(() => ({}))) as Refusal;
  const { code = `page.status_${status}`, message = '', problems = [] } = body.error ?? {};
  return new ApiProblem({ status, code, message, problems });
}

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}
