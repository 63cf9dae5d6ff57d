/** Passes a body on as it comes, as fast as the receiver takes it; a receiver that hardly takes anything is cut off. */
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How many bytes a receiver has to take within a span of time. */
export interface LeastPace {
  readonly bytes: number;
  readonly withinMs: number;
}

/** 32 KB/s. */
const usualPace: LeastPace = { bytes: 320 * 1024, withinMs: 10_000 };

/**
 * Breaks off the receiver's connection if the source fails, if `signal` fires (the source must heed it itself), or if the receiver is slower than
 * `pace`; the source may be as slow as it likes. Never rejects.
 */
export async function passBytes(
  source: AsyncIterable<Uint8Array>,
  target: Writable,
  signal: AbortSignal,
  pace: LeastPace = usualPace,
): Promise<void> {
  let passed = 0;
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      passed += chunk.length;
      yield chunk;
    }
  }
  const tooSlow = new AbortController();
  const watch = watchReceiver(target, () => passed, { pace, onSlow: () => tooSlow.abort() });
  try {
    await pipeline(source, counted, target, { signal: AbortSignal.any([signal, tooSlow.signal]) });
  } catch {
    // The response has begun, so the receiver can only be told by a connection that breaks off.
    target.destroy();
  } finally {
    clearInterval(watch);
  }
}

/** While the target holds bytes, we wait for the receiver. If we wait at both ends of a span, and it took little in between, it is slow. */
function watchReceiver(
  target: Writable,
  passed: () => number,
  { pace, onSlow }: { readonly pace: LeastPace; readonly onSlow: () => void },
): NodeJS.Timeout {
  let before = 0;
  let wasWaitedFor = false;
  return setInterval(() => {
    const taken = passed() - target.writableLength;
    const isWaitedFor = target.writableLength > 0;
    if (isWaitedFor && wasWaitedFor && taken - before < pace.bytes) onSlow();
    before = taken;
    wasWaitedFor = isWaitedFor;
  }, pace.withinMs);
}
