/** Checks an account without doing anything in it: when it is connected, changed, and about hourly. */
import { randomUUID } from 'node:crypto';
import type { HealthStatus } from '../../core/brain.ts';
import type { Connection } from '../../core/connector.ts';
import type { ConnectorTools } from '../../core/connector-tools.ts';
import { RemoteRefused } from '../../core/errors.ts';
import { systemClock } from '../../lib/clock.ts';
import type { MetabotConfig } from './config.ts';
import { createMetabotApi } from './metabot-api.ts';

/**
 * Connects: a call tells the script our webhook address, which it may store. Throws AppErrors that say what is wrong; the config is stored as it is.
 */
export async function joinAccount(
  { config }: Connection<MetabotConfig>,
  hookUrl: string,
  tools: ConnectorTools,
): Promise<MetabotConfig> {
  await ask(config, tools, { webhook_url: hookUrl });
  return config;
}

/** Reports a refused token or a missing endpoint. Throws other errors, because they say nothing about the account. */
export async function checkHealth(
  { config }: Connection<MetabotConfig>,
  _hookUrl: string,
  _disabledReason: string | null,
  tools: ConnectorTools,
): Promise<HealthStatus<MetabotConfig>> {
  try {
    await checkQuietly(config, tools);
    return { works: true, config };
  } catch (error) {
    const reason = error instanceof RemoteRefused ? reasons[error.status] : undefined;
    if (reason === undefined) throw error;
    return { works: false, reason };
  }
}

const reasons: Readonly<Record<number, string>> = { 401: 'token_refused', 403: 'token_refused', 404: 'not_found' };

/** The check alone, which starts nothing for a customer. Throws what the API throws. */
export async function checkQuietly(config: MetabotConfig, tools: ConnectorTools): Promise<void> {
  await ask(config, tools, {});
}

/**
 * A call of the event `check`, to which the script sends no reply; or a job whose condition is false, which Metabot does not run
 * (docs/platform-notes/metabot.md#schedule-a-job).
 */
async function ask(
  config: MetabotConfig,
  tools: ConnectorTools,
  told: Readonly<Record<string, unknown>>,
): Promise<void> {
  const api = createMetabotApi({ config, tools, clock: systemClock });
  const params = { event: 'check', event_id: randomUUID(), ...told };
  const { jobKind: kind, jobId: id, jobCode: code } = config;
  if (config.mode === 'call') await api.call(params);
  else await api.schedule({ kind, id, code, condition: 'return false;', params: { event: 'check' } });
}
