import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createAcceptance } from '../../../src/queue/acceptance.ts';
import type { NewEvent } from '../../../src/store/queue/inbox.ts';

it('refuses events while twenty thousand wait to be stored', async () => {
  const never = new Promise<never>(() => undefined);
  const db = {
    client: { config: {} },
    raw: () => Object.assign(never, { options: () => never }),
    transaction: () => never,
  };
  const acceptance = createAcceptance({ db, places: { reserve: () => null } } as never);
  const event = { body: Buffer.from('{}') } as NewEvent;
  for (let count = 0; count < 20_000; count += 1) void acceptance.accept(event);
  const refused = acceptance.accept(event).catch(({ code }: { code: string }) => code);
  expect(await Promise.race([refused, setImmediate('it waits')])).toBe('endpoint.overloaded');
});
