/** Posts to the app over keep-alive connections and returns the answer and how long it took. */
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

export interface PosterOptions {
  readonly maxSockets?: number;
  /** Names another sender in each request, for an app that trusts this machine as a proxy. */
  readonly hasManySenders?: boolean;
}

/**
 * Each call makes one request. If the app closed the keep-alive connection just when the request was sent, it is sent again, as every HTTP
 * client does.
 */
export function createPoster(port: number, given: PosterOptions = {}): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: given.maxSockets ?? 256 });
  let posted = 0;
  const sender = (): Record<string, string> => {
    if (given.hasManySenders !== true) return {};
    posted += 1;
    return { 'x-forwarded-for': `198.18.${Math.floor(posted / 250) % 250}.${posted % 250}` };
  };
  return {
    post(path, body, options = {}) {
      const started = performance.now();
      return new Promise((resolve) => {
        const finish = (status: number, text: string): void =>
          resolve({ status, text, ms: performance.now() - started });
        const headers = { ...form, ...sender(), ...options.headers, 'content-length': Buffer.byteLength(body) };
        const method = options.method ?? 'POST';
        const send = (): void => {
          const call = request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('end', () => finish(answer.statusCode ?? 0, Buffer.concat(chunks).toString('utf8')));
            answer.on('error', () => finish(0, ''));
          });
          call.setTimeout(options.timeoutMs ?? 30_000, () => call.destroy(new Error('no answer in time')));
          call.on('error', (error) => {
            const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
            if (call.reusedSocket && isReset) send();
            else finish(0, '');
          });
          call.end(body);
        };
        send();
      });
    },
    close: () => agent.destroy(),
  };
}
