/** A brain that needs an account and joins it, for tests of connections. */
import { z } from 'zod';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { RemoteRefused } from '../../../src/core/errors.ts';

export interface AccountBrain {
  readonly brain: Brain;
  /** Webhook addresses it was told when joining. */
  readonly hooks: string[];
  /** False: the remote refuses the account from now on. */
  isAccepted: boolean;
}

const configSchema = z.object({
  key: z.string().min(8),
  greeting: z.string().default('hello'),
  token: z.string().optional(),
});

export const joinedToken = 'token-given-when-joining';

export function createAccountBrain(): AccountBrain {
  const made: Omit<AccountBrain, 'brain'> = { hooks: [], isAccepted: true };
  const brain: Brain = {
    ...echoBrain,
    name: 'account',
    title: 'Account brain',
    configSchema,
    join(connection, hookUrl) {
      made.hooks.push(hookUrl);
      if (made.isAccepted) return Promise.resolve({ ...configSchema.parse(connection.config), token: joinedToken });
      return Promise.reject(
        new RemoteRefused({ code: 'account.refused', status: 403, message: 'the remote does not know this key' }),
      );
    },
    create: (connection, tools) => ({
      ...echoBrain.create(connection, tools),
      receive: () => ({ accept: [] }),
    }),
  };
  return Object.assign(made, { brain });
}
