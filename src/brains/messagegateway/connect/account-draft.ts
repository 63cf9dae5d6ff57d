/** An account that is being connected. The page itself carries it, sealed, because nothing is stored before it is complete. */
import { z } from 'zod';
import type { ConnectorHost } from '../../../core/brain.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { crmOf } from '../account/account-crm.ts';
import { configSchema } from '../config.ts';

export interface Account {
  readonly crmUrl: string;
  readonly apiKey: string;
}

/** An account whose key works, and the portal it is for. */
export interface Choice extends Account {
  readonly portal: string;
  /**
   * The reader has proven to come from the CRM, but not from the portal: only the bot with this connection may be seen or changed. Absent:
   * the reader is an administrator of the portal, and may choose among all its bots.
   */
  readonly onlyConnection?: string | undefined;
}

const accountShape = z.object({ crmUrl: z.string(), apiKey: z.string() });
const choiceShape = accountShape.extend({ portal: z.string(), onlyConnection: z.string().optional() });

/** Throws AppErrors that say what is wrong with address or key. Changes nothing in the CRM. */
export async function checkAccount(account: Account, tools: ConnectorTools): Promise<void> {
  await crmOf(configSchema.parse(account), tools).checkKey();
}

export function sealAccount(account: Account, host: ConnectorHost): string {
  return host.seal(JSON.stringify(account), 'account');
}

/** Null for a text that was not sealed here, or is too old. */
export function openAccount(sealed: string, host: ConnectorHost): Account | null {
  const text = host.open(sealed, 'account');
  return text === null ? null : accountShape.parse(JSON.parse(text));
}

export function sealChoice(choice: Choice, host: ConnectorHost): string {
  return host.seal(JSON.stringify(choice), 'choice');
}

export function openChoice(sealed: string, host: ConnectorHost): Choice | null {
  const text = host.open(sealed, 'choice');
  return text === null ? null : choiceShape.parse(JSON.parse(text));
}
