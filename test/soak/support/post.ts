/** Posts to the app over connections that are kept, and says what came back and how long it took. */
import { Agent, request } from 'node:http';

export interface Posted {
  /** 0 when no answer came. */
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

export interface Poster {
  post(path: string, body: string | Buffer, options?: PostOptions): Promise<Posted>;
  close(): void;
}

export interface PostOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Nothing is repeated: one call is one request. */
export function createPoster(port: number, maxSockets = 256): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    post(path, body, options = {}) {
      const started = performance.now();
      return new Promise((resolve) => {
        const finish = (status: number, text: string): void =>
          resolve({ status, text, ms: performance.now() - started });
        const headers = { ...form, ...options.headers, 'content-length': Buffer.byteLength(body) };
        const method = options.method ?? 'POST';
        const call = request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => finish(answer.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')));
          answer.on('error', () => finish(0, ''));
        });
        call.setTimeout(options.timeoutMs ?? 30_000, () => call.destroy(new Error('no answer in time')));
        call.on('error', () => finish(0, ''));
        call.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
