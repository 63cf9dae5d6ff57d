/** The endpoint and the worker are processes of their own: what one has recorded is the parent of what the other does. */
import { expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { withStage } from '../../support/process-stage.ts';
import { answersIn, ourBot } from '../../support/talk.ts';
import { startTraceCollector, treeOf } from '../../support/trace-collector.ts';

it('is one trace over both processes', () =>
  withStage(async (stage) => {
    const collector = await startTraceCollector();
    const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const web = await stage.start({ ...settings, ROLES: 'web' });
    const worker = await stage.start({ ...settings, ROLES: 'worker,sockets' }, await freePort());
    await stage.install();
    const { portal } = stage;
    const { id } = portal.addEmployee({ name: 'Вера Проверкина' });
    const { chatId } = portal.employeeWritesPrivate(id, ourBot(portal, 'assistant').id, 'Привет');
    await until(() => answersIn(portal, chatId).length > 0);
    await stage.probe.quiet();
    // What is left goes out when a process ends.
    await web.end('SIGTERM');
    await worker.end('SIGTERM');
    const [row] = await stage.probe.rows(
      `select trace from outbox where action->>'text' = 'Привет' and target = 'portal'`,
    );
    const trace = String(row?.['trace']);
    expect(treeOf(collector.spans, trace)).toEqual([
      'receive',
      '  process',
      '    execute message',
      '    process',
      '    execute send',
      '      POST',
    ]);
    const roles = collector.spans
      .filter(({ traceId }) => traceId === trace)
      .map(({ name, resource }) => [name, resource['bridge.roles']]);
    expect(new Map(roles.map(([name, role]) => [name, role]))).toEqual(
      new Map([
        ['receive', 'web'],
        ['process', 'worker,sockets'],
        ['execute message', 'worker,sockets'],
        ['execute send', 'worker,sockets'],
        ['POST', 'worker,sockets'],
      ]),
    );
    await collector.close();
  }));
