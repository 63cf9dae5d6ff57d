/** Calls the pages' API over HTTP as a page does. */
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { ErrorAnswer } from '../../src/api/schemas/common.ts';
import { readPageData, sessionHeader } from './page-data.ts';

export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  // The test knows its type.
  readonly json: unknown;
}

export interface ApiClient {
  readonly session: string;
  call(method: string, path: string, body?: unknown): Promise<ApiReply>;
  /** The answer of a successful call. Throws an error with the answer of a refused one. */
  get<T>(path: string): Promise<T>;
  send<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Status and error of a call that is refused. */
  refused(method: string, path: string, body?: unknown): Promise<{ readonly status: number } & ErrorAnswer['error']>;
}

/** @param session the session as the page got it */
export function apiClient(url: string, session: string | null): ApiClient {
  async function call(method: string, path: string, body?: unknown): Promise<ApiReply> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...sessionHeader(session), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  }
  async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, json } = await call(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json as T;
  }
  return {
    session: session ?? '',
    call,
    send,
    get: (path) => send('GET', path),
    async refused(method, path, body) {
      const { status, json } = await call(method, path, body);
      return { status, ...(json as ErrorAnswer).error };
    },
  };
}

/** Opens the app's page in the portal, as an administrator or as `userId`, and returns a client that uses its session. */
export async function openApi(url: string, portal: SandboxPortal, userId?: number): Promise<ApiClient> {
  const page = await portal.openAppPage(userId === undefined ? {} : { userId });
  return apiClient(url, readPageData(page.html).session);
}
