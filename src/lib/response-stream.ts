/** Gives the answer to a request to the caller: whole, or while it comes in. */
import type { HttpResponse, OpenedResponse } from './http-client.ts';

type Head = Pick<HttpResponse, 'status' | 'headers'>;

/** Takes an answer as it comes in. Nothing follows `end` or `fail`. */
export interface AnswerReader {
  head(head: Head): void;
  chunk(data: Buffer): void;
  end(): void;
  fail(error: unknown): void;
}

/** Gives the whole answer at its end. */
export function readWhole(resolve: (response: HttpResponse) => void, reject: (error: unknown) => void): AnswerReader {
  const chunks: Buffer[] = [];
  let head: Head = { status: 0, headers: {} };
  return {
    head(given) {
      head = given;
    },
    chunk: (data) => void chunks.push(data),
    end: () => resolve({ ...head, body: Buffer.concat(chunks) }),
    fail: reject,
  };
}

/** What a reader may do with the line. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** The reader waits for the next bytes of the remote, or no longer does. */
  waits(isWaiting: boolean): void;
  /** The reader wants no more. */
  cancel(): void;
}

/** Bytes that may wait for the reader before the line is paused. One more piece may still arrive after that. */
const maxWaitingBytes = 64 * 1024;

/** Gives the answer when its head is there, and its bytes as the reader asks for them. */
export class StreamedAnswer implements AnswerReader, AsyncIterable<Uint8Array> {
  readonly #resolve: (response: OpenedResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #flow: Flow;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #hasHead = false;
  #end: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(resolve: (response: OpenedResponse) => void, reject: (error: unknown) => void, flow: Flow) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#flow = flow;
  }

  head(head: Head): void {
    this.#hasHead = true;
    this.#flow.waits(false);
    this.#resolve({ ...head, body: this, cancel: () => this.#flow.cancel() });
  }

  chunk(data: Buffer): void {
    this.#waiting.push(data);
    this.#waitingBytes += data.length;
    if (this.#waitingBytes > maxWaitingBytes && !this.#isPaused) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#wake?.();
  }

  end(): void {
    this.#end = { error: null };
    this.#wake?.();
  }

  fail(error: unknown): void {
    if (!this.#hasHead) this.#reject(error);
    // Bytes that already came are not passed on: the content will never be complete.
    this.#waiting.length = 0;
    this.#end = { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.#waitingBytes -= next.length;
          yield next;
        } else if (this.#end === null) await this.#more();
        else if (this.#end.error === null) return;
        else throw this.#end.error;
      }
    } finally {
      this.#flow.cancel();
    }
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#flow.waits(true);
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#flow.resume();
    }
    await promise;
    this.#wake = null;
    this.#flow.waits(false);
  }
}
