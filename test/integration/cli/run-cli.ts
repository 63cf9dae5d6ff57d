/** Runs operator commands as functions, with the settings of a test's own bridge, and collects what they print. */
import { brains as realBrains } from '../../../src/brains/index.ts';
import { runLine } from '../../../src/cli/run-line.ts';
import type { Environment } from '../../../src/config.ts';
import type { Brain } from '../../../src/core/brain.ts';
import type { OwnBridge } from '../../support/installed-bridge.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Standard output read as JSON; fails the test when it is not one document. */
  json<T = Record<string, unknown>>(): T;
}

/** The settings under which the bridge runs, as an operator would set them. */
export function environmentOf({
  bridge,
  databaseUrl,
}: Pick<OwnBridge, 'bridge' | 'databaseUrl'>): Record<string, string> {
  const { settings } = bridge;
  return {
    PORT: String(settings.PORT),
    PUBLIC_URL: settings.PUBLIC_URL,
    DATABASE_URL: databaseUrl,
    APP_SECRET: bridge.appSecret.toString('base64'),
    B24_CLIENT_ID: settings.B24_CLIENT_ID,
    B24_CLIENT_SECRET: settings.B24_CLIENT_SECRET,
    B24_OAUTH_HOSTS: settings.B24_OAUTH_HOSTS.join(','),
    B24_RATE_PER_SECOND: String(settings.B24_RATE_PER_SECOND),
    B24_RATE_BURST: String(settings.B24_RATE_BURST),
    ALLOWED_PRIVATE_HOSTS: settings.ALLOWED_PRIVATE_HOSTS.join(','),
    LOG_LEVEL: 'silent',
  };
}

export async function runCli(
  environment: Environment,
  words: readonly string[],
  brains: readonly Brain[] = realBrains,
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runLine(words, {
    environment,
    brains,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err, json: () => JSON.parse(out) };
}
