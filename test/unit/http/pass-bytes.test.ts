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
    const passing = passBytes(from.stream, to.stream, never);
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

  it('breaks off what fails, and what nobody waits for', async () => {
    const gone = source(1_000);
    const to = slowTarget();
    const leaving = new AbortController();
    const passing = passBytes(gone.stream, to.stream, leaving.signal);
    leaving.abort();
    await passing;
    expect([gone.stream.destroyed, to.stream.destroyed]).toEqual([true, true]);

    const failing = new Readable({ read: () => undefined });
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const broken = passBytes(failing, sink, never);
    failing.destroy(new Error('the portal broke off'));
    await broken;
    expect([failing.destroyed, sink.destroyed]).toEqual([true, true]);
  });

  const quick = { bytes: 10 * part.length, withinMs: 20 };

  it('breaks off a receiver that holds the source up', async () => {
    const from = source(1_000);
    const to = slowTarget();
    await passBytes(from.stream, to.stream, never, quick);
    expect([from.stream.destroyed, to.stream.destroyed]).toEqual([true, true]);
    expect(from.given()).toBeLessThan(500);
  });

  it('breaks off a receiver that takes everything but the end', async () => {
    const from = source(1);
    const to = slowTarget();
    await passBytes(from.stream, to.stream, never, quick);
    expect(to.stream.destroyed).toBe(true);
  });

  it('waits for a slow source', async () => {
    async function* seldom() {
      for (let time = 0; time < 3; time += 1) {
        await new Promise((resolve) => setTimeout(resolve, 3 * quick.withinMs));
        yield part;
      }
    }
    let taken = 0;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        done();
      },
    });
    await passBytes(seldom(), sink, never, quick);
    expect(taken).toBe(3 * part.length);
  });
});
