import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RemoteUnreachable } from '../../../../src/core/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../../src/lib/http-client.ts';
import type { EndedSpan } from '../../../../src/lib/tracing/otlp-json.ts';
import { createSpanExporter, type ExporterLimits } from '../../../../src/lib/tracing/span-exporter.ts';
import { captureLog } from '../../../support/captured-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({ scopeSpans: z.array(z.object({ spans: z.array(z.object({ name: z.string() })) })) }),
  ),
});

type Answer = Partial<HttpResponse> | Error | 'hangs';

const taken: Answer = { status: 200, body: Buffer.from('{}') };

function setUp(limits: Partial<ExporterLimits> = {}) {
  const answers: Answer[] = [];
  /** The names of the spans of every request. */
  const requests: string[][] = [];
  const captured = captureLog();
  const counted = { sent: 0, dropped: 0 };
  const exporter = createSpanExporter({
    http: {
      async send({ body, signal }: HttpRequest): Promise<HttpResponse> {
        const { resourceSpans } = requestSchema.parse(JSON.parse(z.string().parse(body)));
        requests.push(
          resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))),
        );
        const answer = answers.shift() ?? taken;
        if (answer === 'hangs')
          await new Promise((_resolve, reject) =>
            signal?.addEventListener('abort', () => reject(broken('http.aborted'))),
          );
        if (answer instanceof Error) throw answer;
        return { status: 200, headers: {}, body: Buffer.alloc(0), ...(answer === 'hangs' ? {} : answer) };
      },
    },
    collector: { url: new URL('http://collector.example:4318/v1/traces'), headers: { authorization: 'Bearer s3cret' } },
    source: { name: 'app', version: '1', attributes: {} },
    count: (result, spans) => {
      // As the counters of the metrics do.
      if (spans < 0) throw new Error('not possible to decrease a counter');
      counted[result] += spans;
    },
    log: captured.log,
    limits: { waiting: 10, together: 4, gatherMs: 1_000, attempts: 3, silenceMs: 60_000, closeMs: 2_000, ...limits },
  });
  const add = (...names: string[]): void => {
    for (const name of names) exporter.add(spanOf(name));
  };
  const lines = (): string[] => [...captured.text().matchAll(/"msg":"([^"]*)"/g)].map(([, line = '']) => line);
  return { exporter, add, answers, requests, counted, lines, text: () => captured.text() };
}

const broken = (code: string) => new RemoteUnreachable({ code, message: 'no answer', retry: 'backoff' });

const spanOf = (name: string): EndedSpan => ({
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parent: null, kind: 'internal' },
  ...{ name, startMs: 1e12, endMs: 1e12, attributes: {}, error: null },
});

const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('spans', () => {
  it('wait for others, and go together', async () => {
    const { add, requests, counted } = setUp();
    add('a', 'b');
    await passes(900);
    expect(requests).toEqual([]);
    await passes(200);
    expect(requests).toEqual([['a', 'b']]);
    expect(counted).toEqual({ sent: 2, dropped: 0 });
  });

  it('go at once when there are enough', async () => {
    const { add, requests } = setUp();
    add('a', 'b', 'c', 'd', 'e');
    await passes(1);
    expect(requests).toEqual([['a', 'b', 'c', 'd']]);
    await passes(1_000);
    expect(requests[1]).toEqual(['e']);
  });

  it('beyond the bound are dropped and counted, while a request is under way', async () => {
    const { add, answers, requests, counted } = setUp();
    answers.push('hangs');
    add('a', 'b', 'c', 'd');
    await passes(1);
    add(...Array.from({ length: 9 }, (_, index) => `later ${index}`));
    expect(requests).toHaveLength(1);
    expect(counted).toEqual({ sent: 0, dropped: 3 });
  });
});

describe('a collector that does not take them', () => {
  it.each([
    ['has no time', { status: 503 }],
    ['has too many', { status: 429, headers: { 'retry-after': '5' } }],
    ['is not there', broken('http.connect')],
  ] as const)('is sent the same again if it %s', async (_what, answer) => {
    const { add, answers, requests, counted } = setUp();
    answers.push(answer);
    add('a');
    await passes(1_001);
    add('b');
    await passes(4_900);
    expect(requests).toEqual([['a']]);
    await passes(200);
    expect(requests).toEqual([['a'], ['a', 'b']]);
    expect(counted).toEqual({ sent: 2, dropped: 0 });
  });

  it('is sent the same three times at most', async () => {
    const { add, answers, requests, counted } = setUp();
    answers.push({ status: 503 }, { status: 503 }, { status: 503 });
    add('a');
    await passes(1_001 + 2 * 5_000);
    expect(requests).toEqual([['a'], ['a'], ['a']]);
    expect(counted).toEqual({ sent: 0, dropped: 1 });
    await passes(60_000);
    expect(requests).toHaveLength(3);
  });

  it.each([400, 401, 404, 302])('is not sent again what it answers with %d', async (status) => {
    const { add, answers, requests, counted } = setUp();
    answers.push({ status });
    add('a');
    await passes(20_000);
    expect(requests).toEqual([['a']]);
    expect(counted).toEqual({ sent: 0, dropped: 1 });
  });

  it('is told of once in a while and when it takes them again, without its credentials', async () => {
    const { add, answers, lines, text } = setUp();
    for (let minute = 0; minute < 5; minute += 1) answers.push({ status: 401 });
    for (let turn = 0; turn < 5; turn += 1) {
      add('a');
      await passes(20_000);
    }
    expect(lines()).toEqual(Array.from({ length: 2 }, () => 'traces are not taken by their collector'));
    expect(text()).toContain('"reason":"status 401"');
    for (const name of ['b', 'c', 'd', 'e']) {
      add(name);
      await passes(20_000);
    }
    expect(lines().at(-1)).toBe('traces are taken again by their collector');
    expect(lines()).toHaveLength(3);
    expect(text()).not.toContain('s3cret');
  });

  it('gives a line a minute at most when it takes every other request', async () => {
    const { add, answers, lines } = setUp();
    for (let turn = 0; turn < 20; turn += 1) answers.push({ status: 401 }, taken);
    for (let turn = 0; turn < 40; turn += 1) {
      add('a');
      await passes(3_000);
    }
    expect(lines().length).toBeLessThanOrEqual(2);
  });

  it('may say that it refused more than it was sent', async () => {
    const { add, answers, counted } = setUp();
    answers.push({ body: Buffer.from('{"partialSuccess":{"rejectedSpans":"1000"}}') });
    add('a');
    await passes(1_001);
    add('b');
    await passes(1_001);
    expect(counted).toEqual({ sent: 1, dropped: 1 });
  });

  it('may refuse single spans', async () => {
    const { add, answers, counted } = setUp();
    answers.push({ body: Buffer.from('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}') });
    add('a', 'b', 'c');
    await passes(1_001);
    expect(counted).toEqual({ sent: 1, dropped: 2 });
  });

  it.each(['', '<html>', '[]', 'null', '{"partialSuccess":{"rejectedSpans":-1}}'])(
    'refuses none with the answer %j',
    async (body) => {
      const { add, answers, counted } = setUp();
      answers.push({ body: Buffer.from(body) });
      add('a');
      await passes(1_001);
      expect(counted).toEqual({ sent: 1, dropped: 0 });
    },
  );
});

describe('closing', () => {
  it('sends what waits', async () => {
    const { exporter, add, requests, counted } = setUp();
    add('a', 'b', 'c', 'd', 'e');
    await exporter.close();
    expect(requests.flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(counted).toEqual({ sent: 5, dropped: 0 });
    add('late');
    expect(counted.dropped).toBe(1);
  });

  it('waits two seconds for a collector that hangs, and says what was lost', async () => {
    const { exporter, add, answers, counted, lines } = setUp();
    answers.push('hangs');
    add('a', 'b', 'c', 'd');
    await passes(1);
    add('e');
    let isClosed = false;
    const closed = exporter.close().then(() => {
      isClosed = true;
    });
    await passes(1_900);
    expect(isClosed).toBe(false);
    await passes(200);
    expect(isClosed).toBe(true);
    await closed;
    expect(counted).toEqual({ sent: 0, dropped: 5 });
    expect(lines()).toContain('traces are not taken by their collector');
  });

  it('does not wait for a collector that wants to be left alone', async () => {
    const { exporter, add, answers, requests, counted } = setUp();
    answers.push({ status: 503, headers: { 'retry-after': '60' } }, { status: 503 });
    add('a');
    await passes(1_001);
    await exporter.close();
    expect(requests).toHaveLength(2);
    expect(counted).toEqual({ sent: 0, dropped: 1 });
  });
});
