/** The life of a connection: whether the server accepts our signature, and what follows when it wants no more events. */
import { randomUUID } from 'node:crypto';
import type { HealthStatus } from '../../core/brain.ts';
import type { Connection } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { RemoteRefused } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Config, withoutFormerKey, withRotatedKey } from './config.ts';
import { callServer } from './outbound/call-server.ts';

/** In `tools.state`: the server said 410, and is not asked again before the entry expires. */
const goneKey = 'gone';
const askGoneAgainSeconds = 24 * 3_600;

/** Throws AppErrors when the server does not accept a check. */
export async function join({ config }: Connection<Config>, hookUrl: string, tools: ConnectorTools): Promise<Config> {
  const ready = withRotatedKey(config, null, systemClock.now());
  await check(ready, hookUrl, tools);
  return ready;
}

/** A changed connection is checked at once, even after a 410. Another host is never sent a signature of the former key. */
export async function reconfigure(
  { config }: Connection<Config>,
  before: Config | null,
  _hookUrl: string,
  tools: ConnectorTools,
): Promise<Config> {
  await tools.state.forget(goneKey);
  if (before !== null && new URL(before.url).origin !== new URL(config.url).origin) return withoutFormerKey(config);
  return withRotatedKey(config, before, systemClock.now());
}

export async function checkHealth(
  { config }: Connection<Config>,
  hookUrl: string,
  disabledReason: string | null,
  tools: ConnectorTools,
): Promise<HealthStatus<Config>> {
  if (disabledReason === 'gone' && (await tools.state.get(goneKey)) !== null) return { works: false, reason: 'gone' };
  try {
    await check(config, hookUrl, tools);
    return { works: true, config };
  } catch (error) {
    const status = error instanceof RemoteRefused ? error.status : 0;
    if (status === 401 || status === 403) return { works: false, reason: 'refused' };
    if (status !== 410) throw error;
    await tools.state.claim(goneKey, true, askGoneAgainSeconds);
    return { works: false, reason: 'gone' };
  }
}

async function check(config: Config, answerUrl: string, tools: ConnectorTools): Promise<void> {
  await checkServer(config, answerUrl, tools, systemClock.now());
}

/** Asks the server whether it takes our signature. Throws AppErrors where it does not. */
export async function checkServer(
  config: Config,
  answerUrl: string,
  tools: Pick<ConnectorTools, 'http'>,
  now: Date,
): Promise<void> {
  const event = { type: 'endpoint.check' as const, timestamp: now.toISOString(), data: { answerUrl } };
  await callServer(event, { config, tools, now, id: randomUUID() });
}
