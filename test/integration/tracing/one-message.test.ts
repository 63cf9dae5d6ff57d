/** The traces of messages through the real app: from the endpoint to the calls at both remotes and back. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { newKey, signed } from '../../../sandbox/webhook/signing.ts';
import { traceSteps } from '../../../src/store/reporting/history.ts';
import { until } from '../../support/bridge.ts';
import { type CollectedSpan, startTraceCollector, type TraceCollector, treeOf } from '../../support/trace-collector.ts';
import { stageKey, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

const secretHeader = 'collector-key-0123456789';

let collector: TraceCollector;
let stage: WebhookStage;
/** Requests that servers of this process were sent: the portal, the brain, the app itself. */
const requests: { readonly host: string; readonly traceparent: string | undefined }[] = [];

function note(message: unknown): void {
  const { headers } = (message as { readonly request: IncomingMessage }).request;
  requests.push({ host: headers.host ?? '', traceparent: headers['traceparent']?.toString() });
}

beforeAll(async () => {
  subscribe('http.server.request.start', note);
  collector = await startTraceCollector();
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secretHeader}`,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  };
  stage = await startWebhookStage({ bridge: { settings } });
});

afterAll(async () => {
  await stage.close();
  await collector.close();
  unsubscribe('http.server.request.start', note);
});

/** The spans of the message with that text id, once `count` of them have come. */
async function spansOf(messageId: number, count: number): Promise<readonly CollectedSpan[]> {
  const [step] = await traceSteps(stage.db, String(messageId));
  const trace = step?.trace ?? '';
  const found = () => collector.spans.filter(({ traceId }) => traceId === trace);
  await until(() => found().length >= count);
  return found();
}

const only = (spans: readonly CollectedSpan[], name: string): CollectedSpan | undefined =>
  spans.find((span) => span.name === name);

it('shows one message from the endpoint to both remotes, under the trace that the log and the commands have', async () => {
  const person = stage.person();
  person.write('сначала');
  await stage.done();
  const id = person.write('где мой заказ?');
  await stage.done();
  const spans = await spansOf(id, 6);
  expect(treeOf(spans, spans[0]?.traceId ?? '')).toEqual([
    'receive',
    '  process',
    '    execute message',
    '      POST',
    '    process',
    '    execute send',
    '      POST',
  ]);
  expect(only(spans, 'receive')).toMatchObject({ kind: 2, attributes: { 'bridge.source': 'bitrix24' } });
  expect(only(spans, 'process')).toMatchObject({ kind: 5, isError: false });
  expect(only(spans, 'execute message')).toMatchObject({ kind: 4, attributes: { 'bridge.target': 'brain' } });
  const calls = spans.filter(({ name }) => name === 'POST');
  expect(
    calls.map(({ attributes }) => `${String(attributes['server.address'])}:${String(attributes['server.port'])}`),
  ).toEqual([new URL(stage.server.origin).host, stage.bridge.portal.domain]);
  expect(calls.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 200]);
  expect(only(spans, 'receive')?.resource).toMatchObject({
    'service.name': 'bot-bridge',
    'deployment.environment': 'test',
  });
  expect(collector.headers().authorization).toBe(`Bearer ${secretHeader}`);
});

it('times spans so that children lie within their calls and follow one another', async () => {
  const person = stage.person();
  const id = person.write('когда?');
  await stage.done();
  const spans = await spansOf(id, 6);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  for (const span of spans) expect(span.endNs >= span.startNs).toBe(true);
  for (const call of spans.filter(({ name }) => name === 'POST')) {
    const parent = byId.get(call.parentSpanId ?? '');
    expect(parent !== undefined && parent.startNs <= call.startNs && call.endNs <= parent.endNs).toBe(true);
  }
  const received = Number((only(spans, 'receive')?.startNs ?? 0n) / 1_000_000n);
  expect(Math.abs(Date.now() - received)).toBeLessThan(60_000);
});

it('tells the brain which span its call belongs to, and nobody else', async () => {
  requests.length = 0;
  const person = stage.person();
  const id = person.write('кто?');
  await stage.done();
  const spans = await spansOf(id, 6);
  const brain = new URL(stage.server.origin).host;
  const call = spans.find(({ attributes }) => attributes['server.port'] === Number(new URL(stage.server.origin).port));
  const told = requests.filter(({ host }) => host === brain).map(({ traceparent }) => traceparent);
  expect(told).toContain(`00-${call?.traceId ?? ''}-${call?.spanId ?? ''}-01`);
  const others = requests.filter(({ host }) => host !== brain);
  expect(others.map(({ host }) => host)).toContain(stage.bridge.portal.domain);
  expect(others.filter(({ traceparent }) => traceparent !== undefined)).toEqual([]);
});

it('does not take the trace of a sender', async () => {
  const person = stage.person();
  stage.server.way = 'person';
  person.write('начало');
  await stage.done();
  const foreign = '4bf92f3577b34da6a3ce929d0e0e4736';
  const body = JSON.stringify({ conversation: person.ref(), answers: [{ type: 'message', text: 'позже' }] });
  const headers = signed(stageKey, 'later-1', body);
  const traceparent = `00-${foreign}-00f067aa0ba902b7-01`;
  const answer = await fetch(stage.hook, { method: 'POST', headers: { ...headers, traceparent }, body });
  stage.server.way = 'in-call';
  expect(answer.status).toBe(200);
  await stage.done();
  const [row] = await stage.probe.rows(
    `select trace from inbox_history where source = 'webhook' order by received_at desc limit 1`,
  );
  const trace = z.string().parse(row?.['trace']);
  await until(() => treeOf(collector.spans, trace).length >= 4);
  expect(treeOf(collector.spans, trace)).toEqual(['receive', '  process', '    execute send', '      POST']);
  expect(collector.spans.filter(({ traceId }) => traceId === foreign)).toEqual([]);
});

it('shows a refusal and the repetition after it', async () => {
  const person = stage.person();
  person.write('сначала');
  await stage.done();
  stage.server.faults.order({ kind: 500, times: 1 });
  const id = person.write('ещё раз');
  await until(() => person.answers().includes('re: ещё раз'));
  const spans = await spansOf(id, 8);
  const tries = spans.filter(({ name }) => name === 'execute message');
  expect([tries.length, tries.filter(({ isError }) => isError).length]).toEqual([2, 1]);
  const refused = spans.find(({ attributes }) => attributes['http.response.status_code'] === 500);
  expect(refused).toMatchObject({ isError: true, attributes: { 'error.type': '500' } });
});

it('holds no secret and no text of a message', async () => {
  const person = stage.person();
  const id = person.write('тайна Рапунцель');
  await stage.done();
  await spansOf(id, 6);
  const text = collector.text();
  const hook = new URL(stage.hook).pathname.split('/').at(-1) ?? newKey();
  const secrets = ['тайна', 'Рапунцель', secretHeader, stageKey, hook, '/rest/', 'access_token', '/brains/'];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
});
