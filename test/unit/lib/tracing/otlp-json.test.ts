/** What the exporter of OpenTelemetry itself writes of the same spans is in the fixture. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { type EndedSpan, toOtlpJson } from '../../../../src/lib/tracing/otlp-json.ts';

const fixture = new URL('../../../fixtures/otlp/spans.json', import.meta.url);
const { request: official } = z.object({ request: z.unknown() }).parse(JSON.parse(readFileSync(fixture, 'utf8')));

const traceId = '0af7651916cd43dd8448eb211c80319c';
const second = 1_763_822_611_000;

const spans: readonly EndedSpan[] = [
  {
    ...{ traceId, spanId: 'b7ad6b7169203331', parent: null, name: 'receive', kind: 'server', error: null },
    ...{ startMs: second + 123.456, endMs: second + 125 },
    attributes: { 'bot_bridge.portal': 'p1', 'bot_bridge.events': 2 },
  },
  {
    ...{ traceId, spanId: '00f067aa0ba902b7', parent: { spanId: 'b7ad6b7169203331', isRemote: true } },
    ...{ name: 'POST', kind: 'client', startMs: second + 130, endMs: second + 1000.007, error: '503' },
    attributes: { 'server.address': '127.0.0.1', 'http.response.status_code': 503, ratio: 0.5 },
  },
  {
    ...{ traceId, spanId: '00f067aa0ba902b8', parent: { spanId: 'b7ad6b7169203331', isRemote: false } },
    ...{ name: 'execute send', kind: 'producer', startMs: second + 130, endMs: second + 1000.007, error: null },
    attributes: {},
  },
];

const source = {
  name: 'bot-bridge',
  version: '0.1.0',
  attributes: { 'service.name': 'bot-bridge', 'service.version': '0.1.0' },
};

/** Without the members that are empty or 0, which may be left out. Times to the microsecond: a number of milliseconds holds no more. */
function essential(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essential);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    if (/^dropped\w+Count$/.test(key) || (Array.isArray(member) && member.length === 0 && key !== 'attributes'))
      return [];
    if (key.endsWith('UnixNano')) return [[key, Math.round(Number(String(member).slice(-12)) / 1_000)]];
    // `error.type` is ours.
    const own =
      key === 'attributes' && Array.isArray(member) ? member.filter(({ key: name }) => name !== 'error.type') : member;
    return [[key, essential(own)]];
  });
  return Object.fromEntries(kept);
}

it('is what the exporter of OpenTelemetry writes', () => {
  expect(essential(JSON.parse(toOtlpJson(source, spans)))).toEqual(essential(official));
});

it('names the error of a span that failed', () => {
  const [failed] = spans.filter(({ error }) => error !== null);
  expect(toOtlpJson(source, failed === undefined ? [] : [failed])).toContain(
    '{"key":"error.type","value":{"stringValue":"503"}}',
  );
});

it('ends no span before it began', () => {
  const [first] = spans;
  const written = toOtlpJson(source, first === undefined ? [] : [{ ...first, endMs: first.startMs - 3 }]);
  const [, start] = /"startTimeUnixNano":"(\d+)"/.exec(written) ?? [];
  expect(written).toContain(`"endTimeUnixNano":"${start ?? ''}"`);
});
