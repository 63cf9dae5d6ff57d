/** What the app does with the identity a brain gives an account: the title of its connection, and finding connections to the same account. */
import type { Brain } from '../core/brain.ts';
import type { Connection } from '../core/connector.ts';
import type { AccountWork } from './account-work.ts';
import { awaitingConnections } from './awaiting-connections.ts';
import { leaveConnection } from './leave-connection.ts';

/** The title of a new connection: what the administrator says, else the account's own. */
export function titleOf(brain: Brain, given: { readonly title: string; readonly config: unknown }): string {
  const typed = given.title.trim();
  return typed === '' ? (brain.accountOf?.(given.config)?.title ?? brain.title) : typed;
}

/** Whether two configs are for one account; false where the brain does not name its accounts. */
export function isSameAccount(brain: Brain, one: unknown, other: unknown): boolean {
  const name = brain.accountOf?.(one) ?? null;
  return name !== null && name.id === brain.accountOf?.(other)?.id;
}

type Work = Pick<AccountWork, 'db' | 'sealer'>;

/** The connection that was registered at the remote for this account before the app knew which portal it is for. */
export async function awaitedBy({ db, sealer }: Work, brain: Brain, config: unknown): Promise<Connection | null> {
  const name = brain.accountOf?.(config) ?? null;
  return name === null ? null : await awaitingConnections(db, sealer, brain.name).find(name.id);
}

/** Gives up the connection of this account that awaited its portal, because another connection of the account is used. */
export async function leaveAwaited(work: AccountWork, brain: Brain, config: unknown): Promise<void> {
  const awaited = await awaitedBy(work, brain, config);
  if (awaited === null) return;
  await awaitingConnections(work.db, work.sealer, brain.name).drop(awaited.id);
  await leaveConnection(work, brain, awaited);
}
