/** Makers of forged requests, one for each way a stranger, a tenant or another app could try. Each imitates a genuine request except for its proof. */
import { codeForgers, webhookForgers } from './forged-accounts.ts';
import { eventForgers } from './forged-events.ts';
import { pageForgers, sessionForgers } from './forged-pages.ts';
import type { Forger, Loot } from './forgery.ts';
import type { InstalledWorld } from './installed-world.ts';

export function createForgers(world: InstalledWorld, loot: Loot): readonly Forger[] {
  return [
    ...eventForgers(world, loot),
    ...pageForgers(world, loot),
    ...webhookForgers(world),
    ...sessionForgers(world, loot),
    ...codeForgers(world),
  ];
}
