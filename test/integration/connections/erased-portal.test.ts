import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { composeBase } from '../../../src/app/base.ts';
import { composeConnections } from '../../../src/app/compose-connections.ts';
import { composePortals } from '../../../src/app/compose-portals.ts';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { readSettings } from '../../../src/config.ts';
import { sealConfig, sealWebhookSecret } from '../../../src/connections/stored-connection.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { sha256 } from '../../../src/lib/encryption.ts';
import { createAppActions } from '../../../src/queue/app-actions.ts';
import type { Pool } from '../../../src/store/database.ts';
import { addConnection } from '../../../src/store/tenants/connections.ts';
import { captureLog } from '../../support/captured-log.ts';
import type { ClonedDatabase } from '../../support/database.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let database: ClonedDatabase;
let db: Pool;
useOwnDatabase((pool, cloned) => {
  db = pool;
  database = cloned;
});

it('keeps no connector of a portal that was erased', async () => {
  const settings = readSettings({
    PUBLIC_URL: 'https://bots.example.org',
    B24_CLIENT_ID: 'app.1',
    B24_CLIENT_SECRET: 'secret',
  });
  const brain: Brain = { ...echoBrain, name: 'account', configSchema: z.object({}) };
  const { log } = captureLog();
  const options = { settings, databaseUrl: database.url, appSecret: Buffer.alloc(32, 3), brains: [brain], log };
  const base = await composeBase(options, { db, endpointDb: db, directory: null });
  const { sealer } = base;
  const portals = composePortals(base);
  const { connectors: registry, service } = composeConnections(base, portals);
  const appActions = createAppActions({
    db,
    client: portals.client,
    portals: portals.cache,
    connectionService: service,
    brains: [brain],
    log,
    publicUrl: settings.PUBLIC_URL,
    eventApi: settings.EVENT_API,
    metrics: base.metrics,
    wakeup: base.wakeups.inbox,
    clock: systemClock,
    clientId: settings.B24_CLIENT_ID,
    botCodePrefix: settings.BOT_CODE_PREFIX,
    defaultBrain: settings.DEFAULT_BRAIN,
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
  await Promise.all([base.hotHttp.close(), base.rareHttp.close()]);
});
