/** An account on its way to be connected: carried by the page itself, sealed, because nothing is stored before it is whole. */
import { z } from 'zod';
import type { BrainHouse } from '../../../core/brain.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { configSchema } from '../config.ts';
import { crmOf } from './account-crm.ts';

export interface Account {
  readonly crmUrl: string;
  readonly apiKey: string;
}

/** An account whose key is good, and a portal whose administrator has proven to be one. */
export interface Choice extends Account {
  readonly portal: string;
}

const accountShape = z.object({ crmUrl: z.string(), apiKey: z.string() });
const choiceShape = accountShape.extend({ portal: z.string() });

/** Throws AppErrors that say what is wrong with address or key. Nothing is changed over there. */
export async function checkAccount(account: Account, tools: ConnectorTools): Promise<void> {
  await crmOf(configSchema.parse(account), tools).checkKey();
}

export function sealAccount(account: Account, house: BrainHouse): string {
  return house.seal(JSON.stringify(account), 'account');
}

/** Null for anything that is not ours or too old. */
export function openAccount(sealed: string, house: BrainHouse): Account | null {
  const text = house.open(sealed, 'account');
  return text === null ? null : accountShape.parse(JSON.parse(text));
}

export function sealChoice(choice: Choice, house: BrainHouse): string {
  return house.seal(JSON.stringify(choice), 'choice');
}

export function openChoice(sealed: string, house: BrainHouse): Choice | null {
  const text = house.open(sealed, 'choice');
  return text === null ? null : choiceShape.parse(JSON.parse(text));
}
