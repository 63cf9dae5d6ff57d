/** Events that no request brings: they are polled, or come through a socket. Their traces begin where the app has stored them. */
import { expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { eventApiOf, quickPolls } from '../../support/event-apis.ts';
import { sayToAssistant, startInstalled } from '../../support/installed-bridge.ts';
import { openLineTalk, startMgStage } from '../../support/messagegateway-stage.ts';
import { startTraceCollector, treeOf } from '../../support/trace-collector.ts';

it('polled events begin traces', async () => {
  const collector = await startTraceCollector();
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, EVENT_API: 'v2-fetch', ...quickPolls };
  const own = await startInstalled({ settings });
  expect(await eventApiOf(own.probe)).toBe('v2-fetch');
  const said = sayToAssistant(own.bridge, 'Слышно?');
  await until(() => said.isAnswered());
  const [row] = await own.probe.rows(
    `select trace from outbox where action->>'text' = 'Слышно?' and target = 'portal'`,
  );
  const trace = String(row?.['trace']);
  await until(() => treeOf(collector.spans, trace).length >= 6);
  expect(treeOf(collector.spans, trace).slice(0, 3)).toEqual(['receive', '  process', '    execute message']);
  // A consumer's, and not a server's.
  expect(collector.spans.find(({ traceId, name }) => traceId === trace && name === 'receive')?.kind).toBe(5);
  await own.close();
  await collector.close();
});

it('messages from a socket begin traces', async () => {
  const collector = await startTraceCollector();
  const stage = await startMgStage({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  const talk = await openLineTalk(stage, 'Где мой заказ?');
  // Commands of managers come through the bot's socket.
  stage.gateway.runCommand(talk.dialogId, stage.config.joined.bot.botId, '/operator');
  const owners = () => stage.probe.rows(`select owner from conversation where owner = 'person'`);
  await until(async () => (await owners()).length > 0);
  const [row] = await stage.probe.rows(
    `select trace from inbox_history where ingress = 'socket' order by received_at desc limit 1`,
  );
  const trace = String(row?.['trace']);
  await until(() => treeOf(collector.spans, trace).length >= 3);
  expect(treeOf(collector.spans, trace).slice(0, 2)).toEqual(['receive', '  process']);
  expect(collector.spans.find(({ traceId, name }) => traceId === trace && name === 'receive')).toMatchObject({
    kind: 5,
    attributes: { 'bridge.source': 'messagegateway' },
  });
  await stage.close();
  await collector.close();
});
