/**
 * Where log lines go: a file descriptor that is never waited for. Lines its reader does not take are kept up to a limit and dropped
 * beyond it, so that a log nobody reads neither stops the process, nor fills its memory, nor keeps it from ending.
 */
import { fstatSync, writeSync } from 'node:fs';

export interface LogSink {
  write(line: string): void;
  /** Lines lost so far. */
  droppedLines(): number;
  /** Tries once more to write what is kept, for at most `lastTryMs`; called by itself when the process exits. */
  flushSync(): void;
}

export interface LogSinkOptions {
  /** Writes what it can and tells how many bytes that was; throws as `fs.writeSync` does. Standard output when absent. */
  readonly writeSome?: (bytes: Buffer) => number;
  /** A line that tells how many were lost. */
  readonly lossLine: (lines: number) => string;
  readonly maxKeptBytes?: number;
}

const usualKeptBytes = 1024 * 1024;

/** A reader that is only slow. */
const retryMs = 50;

/** A reader that has gone, a disk that is full. */
const retryGoneMs = 1_000;

/** How long the exit of the process may wait for the reader. */
const lastTryMs = 250;

/** A write that takes this many bytes at once spares calls. */
const pieceBytes = 64 * 1024;

const busy = new Set(['EAGAIN', 'EBUSY']);

export function createLogSink(options: LogSinkOptions): LogSink {
  const writeSome = options.writeSome ?? standardOutput();
  const maxKeptBytes = options.maxKeptBytes ?? usualKeptBytes;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let dropped = 0;
  /** Lost since the reader was last told. */
  let untold = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Writes what is kept. Null: nothing is left; otherwise when to try again. */
  function writeKept(): number | null {
    while (kept.length > 0) {
      const piece = firstPiece(kept);
      try {
        const written = writeSome(piece);
        keptBytes -= written;
        if (written === piece.length) kept.shift();
        else kept[0] = piece.subarray(written);
      } catch (error) {
        // Told to the reader by `lossLine` when there is one again, and by the metrics.
        return busy.has(codeOf(error)) ? retryMs : retryGoneMs;
      }
      if (kept.length === 0) tellLoss();
    }
    return null;
  }

  function tellLoss(): void {
    if (untold === 0) return;
    const line = options.lossLine(untold);
    untold = 0;
    keep(line);
  }

  function keep(line: string): void {
    const bytes = Buffer.from(line);
    kept.push(bytes);
    keptBytes += bytes.length;
  }

  function tryAgain(): void {
    timer = null;
    const pause = writeKept();
    if (pause !== null) timer = setTimeout(tryAgain, pause).unref();
  }

  const flushSync = (): void => {
    const end = performance.now() + lastTryMs;
    for (;;) {
      const pause = writeKept();
      if (pause !== retryMs || performance.now() >= end) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  };
  process.once('exit', flushSync);

  return {
    write(line) {
      if (timer !== null && keptBytes + line.length > maxKeptBytes) {
        dropped += 1;
        untold += 1;
        return;
      }
      keep(line);
      if (timer === null) tryAgain();
    },
    droppedLines: () => dropped,
    flushSync,
  };
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

/** Standard output, made non-blocking where it is a pipe or a socket: Node does that when it opens its stream. */
function standardOutput(): (bytes: Buffer) => number {
  const isFile = fstatSync(1).isFile();
  // Something else may write to the streams, a warning of Node's for example; a reader that has gone is no reason to end.
  if (!isFile) process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  return (bytes) => writeSync(1, bytes);
}

function ignore(): void {}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
