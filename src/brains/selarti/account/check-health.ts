/** Whether the account of a connection works: the API key is exchanged for a token, which sends nothing and costs nothing. */
import type { HealthStatus } from '../../../core/brain.ts';
import type { Connection } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError } from '../../../core/errors.ts';
import { systemClock } from '../../../lib/clock.ts';
import { obtainToken } from '../api/obtain-token.ts';
import { createSelartiClient, fingerprintOf, refusedBearerKey } from '../api/selarti-client.ts';
import { refusedCodes, wrongAddressCode } from '../api/selarti-errors.ts';
import type { SelartiConfig } from '../config.ts';
import type { disabledHelp } from '../problem-texts.ts';

type DisabledReason = keyof typeof disabledHelp;

const reasons: Readonly<Record<string, DisabledReason>> = {
  [refusedCodes.key]: 'key_refused',
  [wrongAddressCode]: 'wrong_address',
};

/**
 * Exchanges the API key. The token is not kept: a connection that is being added has no state yet. Throws AppErrors that tell an administrator
 * what to do; a bearer token cannot be checked without sending a message.
 */
export async function joinAccount(
  { config }: Connection<SelartiConfig>,
  _hookUrl: string,
  tools: ConnectorTools,
): Promise<SelartiConfig> {
  if (config.apiKey !== undefined) await obtainToken(tools.http, config, config.apiKey);
  return config;
}

/** Throws AppErrors where Selarti cannot be reached. */
export async function checkConnectionHealth(
  { config }: Connection<SelartiConfig>,
  _hookUrl: string,
  _disabledReason: string | null,
  tools: ConnectorTools,
): Promise<HealthStatus<SelartiConfig>> {
  if (config.apiKey === undefined) return await checkBearer(config, tools);
  try {
    await createSelartiClient({ config, tools, clock: systemClock }).authorize();
    return { works: true, config };
  } catch (error) {
    const reason = error instanceof AppError ? reasons[error.code] : undefined;
    if (reason === undefined) throw error;
    return { works: false, reason };
  }
}

/** A bearer refused within the last ten minutes does not work; after that, the next message tries it again. */
async function checkBearer(config: SelartiConfig, { state }: ConnectorTools): Promise<HealthStatus<SelartiConfig>> {
  const refused = await state.get(refusedBearerKey);
  return refused === fingerprintOf(config.bearer ?? '')
    ? { works: false, reason: 'bearer_refused' satisfies DisabledReason }
    : { works: true, config };
}
