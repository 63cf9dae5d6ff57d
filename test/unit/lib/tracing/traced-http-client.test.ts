import { describe, expect, it } from 'vitest';
import { RemoteUnreachable } from '../../../../src/core/errors.ts';
import type { HttpClient, HttpRequest } from '../../../../src/lib/http-client.ts';
import { withinSpans } from '../../../../src/lib/tracing/current-spans.ts';
import type { EndedSpan } from '../../../../src/lib/tracing/otlp-json.ts';
import { createRecordingTracing } from '../../../../src/lib/tracing/recording-tracing.ts';
import { withSpans } from '../../../../src/lib/tracing/traced-http-client.ts';
import type { RunningSpan } from '../../../../src/lib/tracing/tracing.ts';

const request: HttpRequest = {
  method: 'POST',
  url: new URL('https://portal.example:8443/rest/1/s3cret/im.message.add?auth=t0ken'),
  headers: { 'x-own': '1' },
  timeoutMs: 1_000,
};

function setUp({ tellsRemote = false, status = 200, error = null as Error | null, share = 1 } = {}) {
  const ended: EndedSpan[] = [];
  const sent: HttpRequest[] = [];
  const exporter = { add: (span: EndedSpan) => void ended.push(span), close: () => Promise.resolve() };
  const tracing = createRecordingTracing({ exporter, share });
  const answer = { status, headers: {} };
  const take = (one: HttpRequest): void => {
    sent.push(one);
    if (error !== null) throw error;
  };
  const plain: HttpClient = {
    async send(one) {
      take(one);
      return await Promise.resolve({ ...answer, body: Buffer.alloc(0) });
    },
    async open(one) {
      take(one);
      return await Promise.resolve({ ...answer, body: (async function* () {})(), cancel: () => undefined });
    },
    close: () => Promise.resolve(),
  };
  const begin = (trace = '0af7651916cd43dd8448eb211c80319c'): RunningSpan => {
    const span = tracing.begin({ trace, name: 'execute', kind: 'producer', attributes: {} });
    if (span === null) throw new Error('the trace is not recorded');
    return span;
  };
  return { http: withSpans(plain, { tellsRemote }), begin, ended, sent, tracing };
}

describe('a call', () => {
  it.each(['send', 'open'] as const)('that is made for a message becomes a child of its span (%s)', async (way) => {
    const { http, begin, ended } = setUp();
    const parent = begin();
    await withinSpans([parent], () => http[way](request));
    expect(ended).toMatchObject([
      {
        ...{ traceId: parent.traceId, parent: { spanId: parent.spanId }, name: 'POST', kind: 'client', error: null },
        attributes: {
          'http.request.method': 'POST',
          'server.address': 'portal.example',
          'server.port': 8443,
          'http.response.status_code': 200,
        },
      },
    ]);
    expect(JSON.stringify(ended)).not.toMatch(/s3cret|t0ken|im\.message/);
  });

  it('that is made for several messages becomes a child of each', async () => {
    const { http, begin, ended } = setUp();
    const parents = [begin('a'.repeat(32)), begin('b'.repeat(32))];
    await withinSpans(parents, () => http.send(request));
    expect(ended.map(({ traceId, parent }) => [traceId, parent?.spanId])).toEqual(
      parents.map(({ traceId, spanId }) => [traceId, spanId]),
    );
  });

  it('that is made for nobody is no span', async () => {
    const { http, begin, ended, sent } = setUp({ tellsRemote: true });
    await http.send(request);
    await withinSpans([begin()], () => withinSpans([], () => http.send(request)));
    expect(ended).toEqual([]);
    expect(sent).toEqual([request, request]);
  });

  it('that begins after its span has ended is not of it', async () => {
    const { http, begin, ended } = setUp();
    const parent = begin();
    await withinSpans([parent], async () => {
      parent.end();
      await http.send(request);
    });
    expect(ended.map(({ name }) => name)).toEqual(['execute']);
  });

  it.each([
    [404, '404'],
    [500, '500'],
    [302, null],
  ])('that is answered %d has the error %j', async (status, error) => {
    const { http, begin, ended } = setUp({ status });
    await withinSpans([begin()], () => http.send(request));
    expect(ended).toMatchObject([{ error, attributes: { 'http.response.status_code': status } }]);
  });

  it('that fails has the code of its error, and fails', async () => {
    const error = new RemoteUnreachable({ code: 'http.timeout', message: 'took too long', retry: 'backoff' });
    const { http, begin, ended } = setUp({ error });
    await expect(withinSpans([begin()], () => http.send(request))).rejects.toBe(error);
    expect(ended).toMatchObject([{ error: 'http.timeout' }]);
  });
});

describe('the other side', () => {
  it('is told the span of the call', async () => {
    const { http, begin, ended, sent } = setUp({ tellsRemote: true });
    await withinSpans([begin()], () => http.send(request));
    const [call] = ended;
    expect(sent[0]?.headers).toEqual({
      'x-own': '1',
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${call?.spanId ?? ''}-01`,
    });
  });

  it('is told nothing unless it may know', async () => {
    const { http, begin, sent } = setUp();
    await withinSpans([begin()], () => http.send(request));
    expect(sent).toEqual([request]);
  });
});

it('records only the share of the traces that is wanted', () => {
  const { tracing } = setUp({ share: 0 });
  const span = { trace: 'a'.repeat(32), name: 'receive', kind: 'server', attributes: {} } as const;
  expect(tracing.begin(span)).toBeNull();
});
