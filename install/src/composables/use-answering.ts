/** Who answers for the bots, as the wizard connects it: the brains there are, the accounts, and giving bots one of them. */
import type { z } from 'zod';
import type { AppFacts } from '../../../src/api/schemas/app.ts';
import type { BotAnswer, BotChangeBody, botListSchema } from '../../../src/api/schemas/bots.ts';
import type { ConnectionAnswer, connectionListSchema, formListSchema } from '../../../src/api/schemas/connections.ts';
import { api } from '../api/client.ts';
import { type Load, useLoad } from './use-load.ts';

export type OfferedBrain = AppFacts['brains'][number];
export type BrainForm = z.infer<typeof formListSchema>['forms'][number];

export interface Answering {
  readonly brains: readonly OfferedBrain[];
  readonly forms: readonly BrainForm[];
  readonly bots: readonly BotAnswer[];
  readonly connections: readonly ConnectionAnswer[];
}

export function useAnswering(): Load<Answering> {
  return useLoad(async (signal) => {
    const [app, { forms }, { bots }, { connections }] = await Promise.all([
      api.get<AppFacts>('/api/app', {}, signal),
      api.get<z.infer<typeof formListSchema>>('/api/connections/forms', {}, signal),
      api.get<z.infer<typeof botListSchema>>('/api/bots', {}, signal),
      api.get<z.infer<typeof connectionListSchema>>('/api/connections', {}, signal),
    ]);
    return { brains: offered(app.brains), forms, bots: bots.filter(({ state }) => state !== 'deleted'), connections };
  });
}

/** What can be chosen: services first, what needs no account last; "nobody" is what bots have until something is chosen. */
function offered(brains: readonly OfferedBrain[]): readonly OfferedBrain[] {
  const services = brains.filter(
    ({ needsAccount, hasForm, connectPath }) => needsAccount && (hasForm || connectPath !== null),
  );
  return [...services, ...brains.filter(({ needsAccount, isAnswering }) => !needsAccount && isAnswering)];
}

/** Lets each of the bots answer with the account, or by the brain that needs none. Repeatable. */
export async function giveTo(
  codes: readonly string[],
  change: Pick<BotChangeBody, 'brain' | 'connectionId'>,
): Promise<void> {
  for (const code of codes) await api.patch(`/api/bots/${encodeURIComponent(code)}`, change);
}
