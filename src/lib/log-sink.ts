/**
 * Where log lines go: a file descriptor that nobody waits for. Lines that its reader does not take are kept up to a limit and dropped beyond
 * it, so that a log nobody reads neither stops the process, nor fills its memory, nor keeps it from ending.
 */
import { fstatSync, writeSync } from 'node:fs';
import { codeOf } from './code-of.ts';

export interface LogSink {
  write(line: string): void;
  /** Lines lost so far. */
  droppedLines(): number;
  /** Tries once more, for at most `lastTryMs`, to write the kept lines; also called when the process exits. */
  flushSync(): void;
}

export interface LogSinkOptions {
  /** Writes as many bytes as it can and returns their number; throws as `fs.writeSync` does. Standard output when absent. */
  readonly writeSome?: (bytes: Buffer) => number;
  /** The log line that says how many lines were lost. */
  readonly lossLine: (lines: number) => string;
  readonly maxKeptBytes?: number;
}

const usualKeptBytes = 1024 * 1024;

/** When to try again if the reader is only slow. */
const retryMs = 50;

/** When to try again if the reader has gone or the disk is full. */
const retryGoneMs = 1_000;

/** How long the exit of the process may wait for the reader. */
const lastTryMs = 250;

/** Lines are written together up to this many bytes, to save calls. */
const pieceBytes = 64 * 1024;

const busy = new Set(['EAGAIN', 'EBUSY']);

export function createLogSink(options: LogSinkOptions): LogSink {
  return new FileSink(options);
}

class FileSink implements LogSink {
  readonly #options: LogSinkOptions;
  readonly #writeSome: (bytes: Buffer) => number;
  readonly #maxKeptBytes: number;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #dropped = 0;
  /** Lines lost since the reader was last told. */
  #untold = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LogSinkOptions) {
    this.#options = options;
    this.#writeSome = options.writeSome ?? standardOutput();
    this.#maxKeptBytes = options.maxKeptBytes ?? usualKeptBytes;
    process.once('exit', () => this.flushSync());
  }

  flushSync(): void {
    const end = performance.now() + lastTryMs;
    for (;;) {
      const pause = this.#writeKept();
      if (pause !== retryMs || performance.now() >= end) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }

  write(line: string): void {
    if (this.#timer !== null && this.#keptBytes + line.length > this.#maxKeptBytes) {
      this.#dropped += 1;
      this.#untold += 1;
      return;
    }
    this.#keep(line);
    if (this.#timer === null) this.#tryAgain();
  }

  droppedLines(): number {
    return this.#dropped;
  }

  /** Writes the kept lines. Null: none is left; otherwise the milliseconds until the next try. */
  #writeKept(): number | null {
    while (this.#kept.length > 0) {
      const piece = firstPiece(this.#kept);
      try {
        const written = this.#writeSome(piece);
        this.#keptBytes -= written;
        if (written === piece.length) this.#kept.shift();
        else this.#kept[0] = piece.subarray(written);
      } catch (error) {
        // `lossLine` tells the next reader what was lost; the metrics do too.
        return busy.has(codeOf(error)) ? retryMs : retryGoneMs;
      }
      if (this.#kept.length === 0) this.#tellLoss();
    }
    return null;
  }

  #tellLoss(): void {
    if (this.#untold === 0) return;
    const line = this.#options.lossLine(this.#untold);
    this.#untold = 0;
    this.#keep(line);
  }

  #keep(line: string): void {
    const bytes = Buffer.from(line);
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  }

  #tryAgain(): void {
    this.#timer = null;
    const pause = this.#writeKept();
    if (pause !== null) this.#timer = setTimeout(() => this.#tryAgain(), pause).unref();
  }
}

/** The first kept lines together, as one buffer at the head of the list. */
function firstPiece(kept: Buffer[]): Buffer {
  let bytes = 0;
  let count = 0;
  for (const line of kept) {
    if (count > 0 && bytes + line.length > pieceBytes) break;
    bytes += line.length;
    count += 1;
  }
  const piece = count === 1 ? kept[0] : Buffer.concat(kept.slice(0, count), bytes);
  if (piece === undefined) return Buffer.alloc(0);
  kept.splice(0, count, piece);
  return piece;
}

/** Standard output. Opening Node's stream makes it non-blocking if it is a pipe or a socket. */
function standardOutput(): (bytes: Buffer) => number {
  const isFile = fstatSync(1).isFile();
  // Something else may write to the streams, for example Node a warning; a reader that has gone must not end the process.
  if (!isFile) process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  return (bytes) => writeSync(1, bytes);
}

function ignore(): void {}
