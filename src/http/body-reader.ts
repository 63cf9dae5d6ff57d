/**
 * Reads request bodies within a memory limit. Small bodies share memory, large ones wait for it. Senders that have authenticated lately
 * have a share of their own, so that no number of strangers can fill the memory or shut out a known portal. Slow bodies are cut off.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { BadInput } from '../core/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { type Admission, type BodyGate, createBodyGate } from './body-gate.ts';
import { type BodyAccount, createBodyShare } from './body-share.ts';
import { createKnownSenders, type KnownSenders } from './known-senders.ts';
import { senderOf } from './sender-address.ts';

export interface BodyReader {
  /**
   * Returns the whole body. Throws BadInput: `body.too_large` (413) as soon as the limit is passed or announced, `body.memory_full` (503) when
   * the memory for bodies is used up, `body.too_slow` (408), `body.broken` when the sender breaks off. The rest is then not read, so the
   * connection should be closed. The memory counts as used until the request is answered.
   */
  read(ctx: Context, limitBytes: number): Promise<Buffer>;
  /**
   * Reserves memory for a body that other code reads. The connection is closed when the memory is needed elsewhere or the body is too slow.
   * Throws `body.memory_full`.
   */
  reserveMemory(ctx: Context, bytes: number): void;
  /** Records that the sender of this request has shown a token or secret known only to a portal or brain of ours. */
  markKnown(ctx: Context): void;
  usedBytes(): number;
  close(): void;
}

const mega = 1024 * 1024;

/** A usual event has 5 KB. Bodies that announce at most this size need not wait. */
const smallBytes = 64 * 1024;

/** Memory shares of strangers and of known senders. Processing and storing a body takes up to four times its size. */
const shares = { small: 16 * mega, known: 16 * mega };
const gates = { stranger: 8 * mega, known: 16 * mega };
const maxWaiting = 512;

/** A body that brings less than this within the window is cut off. */
const leastBytes = 8 * 1024;
const windowMs = 8_000;
const sweepMs = 1_000;

interface Reading {
  readonly request: IncomingMessage;
  readonly cut: (error: BadInput) => void;
  bytesRead: number;
  since: number;
}

/** The memory of one body while its request is in flight. */
interface BodyMemory {
  /** Asks for memory for a buffer of so many bytes; may wait. */
  readonly fits: (capacity: number) => boolean | Promise<boolean>;
  readonly complete: () => void;
}

export function createBodyReader(clock: Pick<Clock, 'monotonicMs'>): BodyReader {
  return new RequestBodies(clock);
}

class RequestBodies implements BodyReader {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #senders: KnownSenders;
  readonly #small = { stranger: createBodyShare(shares.small), known: createBodyShare(shares.known) };
  readonly #large: { readonly stranger: BodyGate; readonly known: BodyGate };
  readonly #readings = new Set<Reading>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#senders = createKnownSenders(clock);
    this.#large = {
      stranger: createBodyGate({ capacityBytes: gates.stranger, maxWaiting, clock }),
      known: createBodyGate({ capacityBytes: gates.known, maxWaiting, clock }),
    };
    this.#sweeper = setInterval(() => this.#cutSlow(), sweepMs).unref();
  }

  async read(ctx: Context, limitBytes: number): Promise<Buffer> {
    const { req } = ctx;
    const announced = announcedLength(req);
    const mostBytes = announced ?? limitBytes;
    if (mostBytes > limitBytes) throw tooLarge(limitBytes);
    const ending = new AbortController();
    const gone = (): void => ending.abort();
    ctx.res.once('close', gone);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const cut = (error: BadInput): void => {
      req.pause();
      reject(error);
    };
    const place = this.#placeFor(ctx, mostBytes, () => cut(outOfMemory()), ending.signal);
    let unwatch = (): void => undefined;
    let stopCollecting = (): void => undefined;
    try {
      // A body that announces to be large waits before it is read.
      const isLarge = announced !== null && mostBytes > smallBytes;
      if (isLarge && !(await place.fits(mostBytes))) throw outOfMemory();
      unwatch = this.#watch(req, cut);
      stopCollecting = collect(req, { limitBytes, mostBytes, fits: place.fits, resolve, reject: cut });
      return await promise;
    } finally {
      unwatch();
      stopCollecting();
      place.complete();
      ctx.res.off('close', gone);
    }
  }

  reserveMemory(ctx: Context, bytes: number): void {
    const cut = (): void => void ctx.req.socket.destroy();
    const account = this.#openSmall(ctx, cut);
    if (!account.take(bytes)) throw outOfMemory();
    const unwatch = this.#watch(ctx.req, cut);
    ctx.req.once('end', unwatch);
    ctx.res.once('close', unwatch);
  }

  markKnown(ctx: Context): void {
    this.#senders.markKnown(senderOf(ctx));
  }

  usedBytes(): number {
    return [this.#small.stranger, this.#small.known, this.#large.stranger, this.#large.known].reduce(
      (sum, one) => sum + one.usedBytes(),
      0,
    );
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #cutSlow(): void {
    const now = this.#clock.monotonicMs();
    for (const reading of this.#readings) {
      if (now - reading.since < windowMs) continue;
      const { bytesRead } = reading.request.socket;
      if (bytesRead - reading.bytesRead < leastBytes) reading.cut(tooSlow());
      Object.assign(reading, { bytesRead, since: now });
    }
  }

  /** Checks the speed until the returned function is called. */
  #watch(request: IncomingMessage, cut: (error: BadInput) => void): () => void {
    const reading: Reading = {
      request,
      cut,
      bytesRead: request.socket?.bytesRead ?? 0,
      since: this.#clock.monotonicMs(),
    };
    this.#readings.add(reading);
    return () => void this.#readings.delete(reading);
  }

  #openSmall(ctx: Context, drop: () => void): BodyAccount {
    const sender = senderOf(ctx);
    const account = this.#small[this.#senders.isKnown(sender) ? 'known' : 'stranger'].open(sender, drop);
    ctx.res.once('close', () => account.close());
    return account;
  }

  async #enterGate(ctx: Context, bytes: number, drop: () => void, signal: AbortSignal) {
    const sender = senderOf(ctx);
    const body = { sender, bytes, drop, arrived: () => ctx.req.socket.bytesRead };
    const admission = await this.#large[this.#senders.isKnown(sender) ? 'known' : 'stranger'].enter(body, signal);
    if (admission === null) return null;
    if (ctx.res.closed) admission.close();
    ctx.res.once('close', () => admission.close());
    return admission;
  }

  /**
   * A body of unknown length is treated as small at first, and waits for memory for the largest possible body when it grows beyond that.
   */
  #placeFor(ctx: Context, mostBytes: number, drop: () => void, signal: AbortSignal): BodyMemory {
    const account = this.#openSmall(ctx, drop);
    let taken = 0;
    let admission: Admission | null = null;
    const enter = async (): Promise<boolean> => {
      account.close();
      admission = await this.#enterGate(ctx, mostBytes, drop, signal);
      return admission !== null;
    };
    return {
      fits(capacity) {
        if (admission !== null) return true;
        if (capacity > smallBytes) return enter();
        const more = Math.max(0, capacity - taken);
        taken += more;
        return account.take(more);
      },
      complete() {
        account.complete();
        admission?.complete();
      },
    };
  }
}

interface Collecting {
  readonly limitBytes: number;
  /** The largest the body can get: its announced length, or else the limit. */
  readonly mostBytes: number;
  readonly fits: BodyMemory['fits'];
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: BadInput) => void;
}

/**
 * Collects the chunks in one growing buffer: with a list, a sender of one-byte chunks could use a hundred times the memory of what it
 * sends. The returned function removes the listeners: an idle kept-alive connection still refers to its last request, and through its
 * listeners to the body.
 */
function collect(request: IncomingMessage, collecting: Collecting): () => void {
  const { limitBytes, mostBytes, fits, resolve, reject } = collecting;
  let body: Buffer = Buffer.alloc(0);
  let size = 0;
  const stop = (error: BadInput): void => {
    request.off('data', onData);
    reject(error);
  };
  const add = (chunk: Buffer, capacity: number): void => {
    if (size === 0 && chunk.length === capacity) body = chunk;
    else {
      const grown = capacity > body.length ? Buffer.allocUnsafeSlow(capacity) : body;
      if (grown !== body) body.copy(grown, 0, 0, size);
      chunk.copy(grown, size);
      body = grown;
    }
    size += chunk.length;
  };
  const proceed = (chunk: Buffer, capacity: number, hasRoom: boolean): void => {
    if (hasRoom) add(chunk, capacity);
    else stop(outOfMemory());
  };
  const onData = (chunk: Buffer): void => {
    const needed = size + chunk.length;
    if (needed > limitBytes) {
      stop(tooLarge(limitBytes));
      return;
    }
    const capacity = needed > body.length ? capacityFor(needed, mostBytes) : body.length;
    const hasRoom = capacity === body.length || fits(capacity);
    if (typeof hasRoom === 'boolean') {
      proceed(chunk, capacity, hasRoom);
      return;
    }
    request.pause();
    hasRoom.then((isIn) => {
      proceed(chunk, capacity, isIn);
      if (isIn) request.resume();
    }, reject);
  };
  const broken = (): void => reject(new BadInput({ code: 'body.broken', message: 'the sender broke off' }));
  const whole = (): void => resolve(body.subarray(0, size));
  const listeners = { data: onData, end: whole, error: broken, aborted: broken };
  for (const [name, listener] of Object.entries(listeners)) request.on(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) request.off(name, listener);
  };
}

/**
 * Doubles each time, so that copying costs no more than reading; never more than the body can get. A large body gets its whole buffer at once: pages
 * that are not written to take no memory yet.
 */
function capacityFor(needed: number, mostBytes: number): number {
  if (needed > smallBytes) return mostBytes;
  return Math.min(Math.max(4_096, 2 ** Math.ceil(Math.log2(needed))), Math.max(needed, mostBytes));
}

/** The announced length of the body; null when none is announced. */
function announcedLength({ headers }: IncomingMessage): number | null {
  const announced = headers['content-length'];
  if (announced !== undefined) return Number(announced);
  return headers['transfer-encoding'] === undefined ? 0 : null;
}

function tooLarge(limitBytes: number): BadInput {
  return new BadInput({ code: 'body.too_large', status: 413, message: `the body is larger than ${limitBytes} bytes` });
}

function outOfMemory(): BadInput {
  return new BadInput({ code: 'body.memory_full', status: 503, message: 'the memory for request bodies is used up' });
}

function tooSlow(): BadInput {
  return new BadInput({ code: 'body.too_slow', status: 408, message: 'the body arrived too slowly' });
}
