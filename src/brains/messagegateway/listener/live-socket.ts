/** The bot's WebSocket: opens it, keeps it alive, and yields its frames in order. Does not parse the frames. */
import type { LookupFunction } from 'node:net';
import { WebSocket } from 'ws';
import { type AppError, RemoteUnreachable } from '../../../core/errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import { failure, tokenHeader } from '../api/mg-http.ts';
import { retryAfterMs } from '../api/retry-after.ts';

export interface LiveSocketOptions {
  readonly url: URL;
  readonly token: string;
  readonly pingMs: number;
  /** The socket is closed after this long without data, ping or pong. */
  readonly silenceMs: number;
  readonly handshakeMs: number;
  /** Keeps the connection off private addresses. */
  readonly lookup: LookupFunction;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
}

export interface LiveSocket {
  /** All frames since the opening, in order. Ends when the socket does. */
  frames(): AsyncGenerator<Buffer, void, undefined>;
  close(): void;
}

/** The socket is closed at a larger frame: no event is that large. */
const maxFrameBytes = 8 * 1024 * 1024;

/** Most frames that may wait to be read, and most bytes of all of them: two of the largest frames. */
const maxWaiting = 20_000;
const maxWaitingBytes = 16 * 1024 * 1024;

/**
 * Resolves when the handshake has succeeded. Throws `messagegateway.token_revoked` (never retried), `messagegateway.busy`, MgRefused,
 * or `messagegateway.socket_unreachable`. An abort closes the socket.
 */
export async function openLiveSocket(options: LiveSocketOptions, signal: AbortSignal): Promise<LiveSocket> {
  const socket = new WebSocket(options.url, {
    headers: { [tokenHeader('bot')]: options.token },
    handshakeTimeout: options.handshakeMs,
    lookup: options.lookup,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  const queue: Buffer[] = [];
  let waitingBytes = 0;
  let wake = Promise.withResolvers<void>();
  const ring = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary || socket.readyState !== WebSocket.OPEN) return;
    // Too many frames wait. The socket is closed, and catching up by REST reads the rest later.
    if (queue.length === maxWaiting || waitingBytes + data.length > maxWaitingBytes) {
      socket.terminate();
      return;
    }
    queue.push(data);
    waitingBytes += data.length;
    ring();
  });
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  socket.on('close', () => {
    signal.removeEventListener('abort', abort);
    ring();
  });
  if (signal.aborted) abort();
  try {
    await handshake(socket, options);
  } catch (error) {
    // A refused handshake closes nothing by itself, and the signal outlives it.
    signal.removeEventListener('abort', abort);
    socket.terminate();
    throw error;
  }
  const stopWatch = watch(socket, options);
  return {
    async *frames() {
      for (;;) {
        const frame = queue.shift();
        if (frame !== undefined) {
          waitingBytes -= frame.length;
          yield frame;
        } else if (socket.readyState !== WebSocket.OPEN) return;
        else await wake.promise;
      }
    },
    close() {
      stopWatch();
      socket.terminate();
    },
  };
}

function handshake(socket: WebSocket, { clock }: LiveSocketOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('unexpected-response', (request, response) => {
      const header = response.headers['retry-after'];
      reject(refusedHandshake(response.statusCode ?? 0, retryAfterMs(header, clock.now())));
      request.destroy();
    });
    // Stays registered: without a handler later errors would crash the process. A close follows each of them.
    socket.on('error', () => reject(unreachable()));
    socket.once('close', () => reject(unreachable()));
  });
}

function refusedHandshake(status: number, wait: number): AppError {
  return failure({ status, wait, where: 'the socket of the Bot API', api: 'bot', sentences: [] });
}

function unreachable(): RemoteUnreachable {
  // Without a cause: the library's error may contain the request with its token.
  return new RemoteUnreachable({
    code: 'messagegateway.socket_unreachable',
    message: "MessageGateway's socket could not be opened",
  });
}

/** Pings of MessageGateway are not documented, so we send our own, and close a socket that stays silent. */
function watch(socket: WebSocket, { pingMs, silenceMs, clock }: LiveSocketOptions): () => void {
  let lastLife = clock.monotonicMs();
  const seeLife = (): void => {
    lastLife = clock.monotonicMs();
  };
  for (const sign of ['message', 'ping', 'pong']) socket.on(sign, seeLife);
  const timer = setInterval(
    () => {
      if (clock.monotonicMs() - lastLife > silenceMs) socket.terminate();
      else if (socket.readyState === WebSocket.OPEN) socket.ping();
    },
    Math.min(pingMs, silenceMs),
  );
  const stop = (): void => clearInterval(timer);
  socket.once('close', stop);
  return stop;
}
