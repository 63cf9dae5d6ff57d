import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { composeConnections } from '../../../src/app/compose-connections.ts';
import { composePortals } from '../../../src/app/compose-portals.ts';
import { composeRemotes } from '../../../src/app/compose-remotes.ts';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { readSettings } from '../../../src/config.ts';
import { sealConfig, sealWebhookSecret } from '../../../src/connections/stored-connection.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createSealer, sha256 } from '../../../src/lib/encryption.ts';
import { createAppActions } from '../../../src/queue/app-actions.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { createRateLimiters } from '../../../src/runtime/rate-limiter.ts';
import { createRecentFacts } from '../../../src/runtime/recent-facts.ts';
import { createSharedBudgets } from '../../../src/runtime/shared-budgets.ts';
import { createWakeups } from '../../../src/runtime/wakeup.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { addConnection } from '../../../src/store/tenants/connections.ts';
import { captureLog } from '../../support/captured-log.ts';
import { type ClonedDatabase, cloneDatabase } from '../../support/database.ts';

let database: ClonedDatabase;
let db: Pool;
beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolSize: 2 });
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

it('keeps no connector of a portal that was erased', async () => {
  const settings = readSettings({
    PUBLIC_URL: 'https://bots.example.org',
    B24_CLIENT_ID: 'app.1',
    B24_CLIENT_SECRET: 'secret',
  });
  const brain: Brain = { ...echoBrain, name: 'account', configSchema: z.object({}) };
  const sealer = createSealer({ current: Buffer.alloc(32, 3) });
  const { log } = captureLog();
  const metrics = createMetrics();
  const wakeups = createWakeups();
  const rateLimiters = createRateLimiters({ budgets: createSharedBudgets(db), clock: systemClock, log });
  const remotes = composeRemotes(settings);
  const common = { settings, db, sealer, remotes, rateLimiters, wakeups, log };
  const portals = composePortals({ ...common, endpointDb: db, metrics });
  const { registry, service } = composeConnections({
    ...common,
    brains: [brain],
    portals,
    recent: createRecentFacts(),
  });
  const appActions = createAppActions({
    db,
    client: portals.client,
    portals: portals.cache,
    connectionService: service,
    log,
    publicUrl: settings.PUBLIC_URL,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    keepHours: settings.UNINSTALL_KEEP_HOURS,
  });

  const connect = async (portal: string): Promise<string> => {
    const id = randomUUID();
    await db('portal').insert({
      portal,
      domain: 'd',
      client_endpoint: 'https://d/rest/',
      server_endpoint: 'https://o/rest/',
      application_token_hash: Buffer.alloc(32),
      state: 'uninstalled',
    });
    await addConnection(db, {
      portal,
      id,
      brain: brain.name,
      title: 't',
      configSealed: sealConfig(sealer, id, {}),
      webhookSecretSealed: sealWebhookSecret(sealer, id, id),
      webhookSecretHash: sha256(id),
    });
    return id;
  };
  const [gone, kept] = ['a'.repeat(32), 'b'.repeat(32)] as const;
  const [goneId, keptId] = [await connect(gone), await connect(kept)];
  expect(await registry.connectorById(gone, goneId)).not.toBeNull();
  expect(await registry.connectorById(kept, keptId)).not.toBeNull();
  expect(registry.size()).toBe(2);

  await appActions.execute(gone, { type: 'erase' }, new AbortController().signal);
  expect(registry.size()).toBe(1);
  expect(await registry.connectorById(gone, goneId)).toBeNull();
  await Promise.all([remotes.hotHttp.close(), remotes.rareHttp.close()]);
});
