/** The four kinds of calls to both APIs. */
import type { MgHttp, MgQuery } from './mg-http.ts';
import type { UploadBody } from './upload-body.ts';

export interface MgCaller {
  readonly get: (path: string, query: MgQuery, signal?: AbortSignal) => Promise<unknown>;
  readonly post: (path: string, json: unknown, signal?: AbortSignal) => Promise<unknown>;
  /** Ignores the answer, because its body differs between documentation and recordings. */
  readonly act: (
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    json?: unknown,
    signal?: AbortSignal,
  ) => Promise<void>;
  readonly upload: (
    path: string,
    bytes: Pick<UploadBody, 'contentType' | 'body'>,
    signal?: AbortSignal,
  ) => Promise<unknown>;
}

export function createMgCaller(http: MgHttp): MgCaller {
  const until = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
  return {
    get: (path, query, signal) => http.call({ method: 'GET', path, query, ...until(signal) }),
    post: (path, json, signal) => http.call({ method: 'POST', path, json, ...until(signal) }),
    act: async (method, path, json, signal) => {
      await http.call({ method, path, ...(json === undefined ? {} : { json }), ...until(signal) });
    },
    upload: (path, bytes, signal) => http.call({ method: 'POST', path, bytes, ...until(signal) }),
  };
}
