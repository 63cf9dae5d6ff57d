import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import { createConnectorRegistry } from '../../../src/connections/connector-registry.ts';
import { sealConfig, sealWebhookSecret } from '../../../src/connections/stored-connection.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { createPortalCache } from '../../../src/portals/portal-cache.ts';
import type { Db } from '../../../src/store/database.ts';
import type { ConnectionRow } from '../../../src/store/tenants/connections.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { unitTools } from '../../support/messagegateway-unit.ts';

const sealer = createSealer({ current: Buffer.alloc(32, 7) });
const brain: Brain = {
  ...echoBrain,
  name: 'account',
  configSchema: z.object({}),
  create: () => ({ decode: () => [], deliver: () => Promise.resolve({}) }),
};

function rowOf(portal: string, change: Partial<ConnectionRow> = {}): ConnectionRow {
  const id = randomUUID();
  return {
    portal,
    id,
    brain: brain.name,
    title: 't',
    config_sealed: sealConfig(sealer, id, {}),
    webhook_secret_sealed: sealWebhookSecret(sealer, id, 'secret'),
    cursor: null,
    disabled_reason: null,
    updated_at: new Date(1_000),
    ...change,
  };
}

/** A database that holds these connections, and counts how often it was asked. */
function databaseOf(rows: Map<string, ConnectionRow>) {
  const asked: string[] = [];
  const raw = (_sql: string, [, id]: readonly string[]) => {
    asked.push(id ?? '');
    const row = rows.get(id ?? '');
    return Promise.resolve({ rows: row === undefined ? [] : [row] });
  };
  return { db: { raw } as unknown as Db, asked };
}

function registryOver(rows = new Map<string, ConnectionRow>()) {
  const clock = createFakeClock();
  const { db, asked } = databaseOf(rows);
  const toolsFor = () => unitTools({ send: () => Promise.reject(new Error('nothing was to be sent')) });
  const registry = createConnectorRegistry({
    db,
    sealer,
    brains: [brain, echoBrain],
    toolsFor,
    nowMs: () => clock.monotonicMs(),
  });
  return { registry, clock, asked };
}

describe('the connectors of a process', () => {
  it('are made once per connection, and anew when the connection has changed', () => {
    const { registry } = registryOver();
    const row = rowOf('p');
    const first = registry.connectorOf(row);
    expect(registry.connectorOf({ ...row, title: 'another' })).toBe(first);
    const changed = registry.connectorOf({ ...row, disabled_reason: 'stopped', updated_at: new Date(2_000) });
    expect(changed?.connector).not.toBe(first?.connector);
    expect(changed?.disabledReason).toBe('stopped');
  });

  it('are found by their id with one question in a few seconds, and hear of what this process changes at once', async () => {
    const row = rowOf('p');
    const rows = new Map([[row.id, row]]);
    const { registry, clock, asked } = registryOver(rows);
    const first = await registry.connectorById('p', row.id);
    expect(await registry.connectorById('p', row.id)).toBe(first);
    expect(asked).toHaveLength(1);
    await clock.advance(3_000);
    expect(await registry.connectorById('p', row.id)).toBe(first);
    expect(asked).toHaveLength(2);
    rows.delete(row.id);
    registry.evict(row.id);
    expect(await registry.connectorById('p', row.id)).toBeNull();
  });

  it('share one where the brain has no accounts', async () => {
    const { registry } = registryOver();
    const bot = { brain: echoBrain.name, connection_id: null };
    const first = await registry.connectorFor({ portal: 'p', ...bot });
    expect(first?.brain).toBe(echoBrain);
    expect(await registry.connectorFor({ portal: 'q', ...bot })).toBe(first);
    expect(await registry.connectorFor({ portal: 'q', brain: brain.name, connection_id: null })).toBeNull();
    expect(registry.size()).toBe(0);
  });

  it('leave nothing behind of portals that are erased', () => {
    const { registry } = registryOver();
    const cache = createPortalCache(databaseOf(new Map()).db);
    cache.onForget((portal) => registry.evictPortal(portal));
    const kept = rowOf('kept');
    registry.connectorOf(kept);
    for (let portal = 0; portal < 1_000; portal += 1) {
      registry.connectorOf(rowOf(`portal ${portal}`));
      registry.connectorOf(rowOf(`portal ${portal}`));
      cache.forget(`portal ${portal}`);
      expect(registry.size()).toBe(1);
    }
  });

  it('are dropped when nobody has needed them for a while, as another process may have erased their portal', async () => {
    const { registry, clock } = registryOver();
    const busy = rowOf('busy');
    for (let portal = 0; portal < 100; portal += 1) registry.connectorOf(rowOf(`portal ${portal}`));
    registry.connectorOf(busy);
    await clock.advance(599_000);
    const known = registry.connectorOf(busy);
    await clock.advance(2_000);
    registry.connectorOf(rowOf('new'));
    expect(registry.size()).toBe(2);
    expect(registry.connectorOf(busy)).toBe(known);
  });
});
