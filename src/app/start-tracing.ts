/** Starts tracing where an administrator has named a collector. Otherwise its code is not even loaded. */
import { randomUUID } from 'node:crypto';
import { appVersion } from '../api/app-version.ts';
import type { Settings } from '../config.ts';
import { createUndiciClient } from '../lib/http-engine-undici.ts';
import type { Logger } from '../lib/logger.ts';
import { createNetworkGuard } from '../lib/network-guard.ts';
import type { Tracing } from '../lib/tracing/tracing.ts';
import type { Metrics } from '../runtime/metrics.ts';

interface TracingOptions {
  readonly metrics: Pick<Metrics, 'spans'>;
  readonly log: Logger;
  /** For tests. */
  readonly gatherMs: number | undefined;
}

/** Null: no collector is named. */
export async function startTracing(
  settings: Settings,
  { metrics, log, gatherMs }: TracingOptions,
): Promise<Tracing | null> {
  const url = addressOf(settings);
  if (url === null) return null;
  const { createSpanExporter } = await import('../lib/tracing/span-exporter.ts');
  const { createRecordingTracing } = await import('../lib/tracing/recording-tracing.ts');
  // Collectors are usually in a private network; this client calls nothing else.
  const port = url.port === '' ? { 'http:': '80', 'https:': '443' }[url.protocol] : url.port;
  const http = createUndiciClient({
    guard: createNetworkGuard({ allowedPrivateHosts: [`${url.hostname}:${port}`] }),
    connectionsPerOrigin: 1,
  });
  const exporter = createSpanExporter({
    http,
    collector: { url, headers: settings.OTEL_EXPORTER_OTLP_HEADERS ?? {} },
    source: {
      name: 'bot-bridge',
      version: appVersion,
      attributes: {
        'service.instance.id': randomUUID(),
        ...settings.OTEL_RESOURCE_ATTRIBUTES,
        'service.name': settings.OTEL_SERVICE_NAME,
        'service.version': appVersion,
        'bridge.roles': settings.ROLES.join(','),
      },
    },
    count: (result, spans) => metrics.spans.inc({ result }, spans),
    log,
    limits: gatherMs === undefined ? {} : { gatherMs },
  });
  const tracing = createRecordingTracing({ exporter, share: settings.OTEL_TRACES_SAMPLER_ARG });
  log.info({ collector: url.host, share: settings.OTEL_TRACES_SAMPLER_ARG }, 'messages are traced');
  return {
    begin: (span) => tracing.begin(span),
    async close() {
      await tracing.close();
      await http.close();
    },
  };
}

/** The common address is a base to which the path for traces is added. */
function addressOf(settings: Settings): URL | null {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: common } = settings;
  if (own !== undefined) return new URL(own);
  return common === undefined ? null : new URL(`${common.replace(/\/+$/, '')}/v1/traces`);
}
