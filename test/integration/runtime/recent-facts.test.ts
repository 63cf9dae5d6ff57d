/** Facts kept in one process are fresh soon after another process has changed them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorState } from '../../../src/connections/connector-state.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { startNotifyListener } from '../../../src/runtime/notify-wakeup.ts';
import { createRecentFacts } from '../../../src/runtime/recent-facts.ts';
import { createWakeups } from '../../../src/runtime/wakeup.ts';
import type { WorkLoop } from '../../../src/runtime/work-loop.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { cloneDatabase } from '../../support/database.ts';

let db: Pool;
let drop: () => Promise<void>;
let listener: WorkLoop;
const recent = createRecentFacts();
const connection = randomUUID();

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = () => database.drop();
  db = openDatabase({ url: database.url, poolSize: 2 });
  // The portal and the connection behind the facts are not this test's business.
  await db.raw(`alter table connector_state drop constraint if exists connector_state_portal_connection_id_fkey`);
  listener = startNotifyListener(
    database.url,
    createWakeups(),
    recent,
    createLogger({ level: 'silent', name: 'test' }),
  );
});
afterAll(async () => {
  await listener.stop();
  await db.destroy();
  await drop();
});

it('hears of a change by notification, and asks nothing until then', async () => {
  const here = connectorState(db, 'p', connection, recent);
  const there = connectorState(db, 'p', connection, createRecentFacts());
  // The first word of a listener is that anything may have changed.
  const empty = await here.recent('bound:');
  await expect.poll(async () => (await here.recent('bound:')) !== empty).toBe(true);
  const before = await here.recent('bound:');
  await there.put('bound:3', { chatId: 3 });
  expect(await here.recent('bound:')).toBe(before);
  await there.announce();
  await expect.poll(() => here.recent('bound:')).toEqual([{ key: 'bound:3', value: { chatId: 3 } }]);
  const after = await here.recent('bound:');
  expect(await here.recent('bound:')).toBe(after);
});
