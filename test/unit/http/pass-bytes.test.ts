import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { passBytes } from '../../../src/http/pass-bytes.ts';

const part = Buffer.alloc(64 * 1024);
const never = new AbortController().signal;

/** Gives so many parts, and counts how many were asked for. */
function source(parts: number) {
  let given = 0;
  const stream = new Readable({
    read() {
      given += 1;
      this.push(given > parts ? null : part);
    },
  });
  return { stream, given: () => given };
}

/** Takes one part each time it is let. */
function slowTarget() {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      waiting.push(done);
    },
  });
  return { stream, taken: () => taken, let: () => waiting.shift()?.() };
}

describe('passing bytes on', () => {
  it('asks for no more than the receiver takes', async () => {
    const from = source(1_000);
    const to = slowTarget();
    const passing = passBytes(from.stream, to.stream, { maxBytes: 1e9, signal: never });
    for (let time = 0; time < 50; time += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      to.let();
    }
    // A few parts are under way; of a thousand the rest has not been read.
    expect(from.given()).toBeLessThan(to.taken() / part.length + 10);
    expect(from.given()).toBeLessThan(500);
    from.stream.destroy();
    await passing;
  });

  it('breaks off what is too long, what fails, and what nobody waits for', async () => {
    const long = source(100);
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    await passBytes(long.stream, sink, { maxBytes: 5 * part.length, signal: never });
    expect([long.stream.destroyed, sink.destroyed]).toEqual([true, true]);
    expect(long.given()).toBeLessThan(20);

    const gone = source(1_000);
    const to = slowTarget();
    const leaving = new AbortController();
    const passing = passBytes(gone.stream, to.stream, { maxBytes: 1e9, signal: leaving.signal });
    leaving.abort();
    await passing;
    expect([gone.stream.destroyed, to.stream.destroyed]).toEqual([true, true]);

    const failing = new Readable({ read: () => undefined });
    const broken = passBytes(failing, new Writable({ write: (_c, _e, done) => done() }), {
      maxBytes: 1,
      signal: never,
    });
    failing.destroy(new Error('the portal broke off'));
    await broken;
    expect(failing.destroyed).toBe(true);
  });
});
