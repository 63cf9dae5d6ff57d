import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { type OwnBridge, startOwnBridge } from '../../support/installed-bridge.ts';

async function withBridge(
  settings: Readonly<Record<string, string>>,
  work: (own: OwnBridge) => Promise<void>,
): Promise<void> {
  const own = await startOwnBridge({ settings });
  try {
    await work(own);
  } finally {
    await own.close();
  }
}

const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const answer = await fetch(url, { headers });
  await answer.text();
  return answer.status;
};

describe('a process with any role', () => {
  it.each(['worker', 'sockets', 'web', 'worker,sockets'])('%s serves its probes and metrics on its port', (roles) =>
    withBridge({ ROLES: roles }, async ({ bridge }) => {
      expect(String(bridge.app.port)).toBe(new URL(bridge.url).port);
      for (const path of ['/healthz', '/readyz', '/metrics']) expect(await statusOf(`${bridge.url}${path}`)).toBe(200);
      const events = await fetch(`${bridge.url}/bitrix24/events`, { method: 'HEAD' });
      expect(events.status).toBe(roles.includes('web') ? 200 : 404);
    }),
  );
});

describe('the metrics', () => {
  it('want their token where there is one', () =>
    withBridge({ METRICS_TOKEN: 'a-token-of-some-length' }, async ({ bridge }) => {
      const url = `${bridge.url}/metrics`;
      expect(await statusOf(url)).toBe(401);
      expect(await statusOf(url, { authorization: 'Bearer a-token-of-some-lengt' })).toBe(401);
      expect(await statusOf(url, { authorization: 'Bearer a-token-of-some-length' })).toBe(200);
    }));

  it('stand on a port of their own where there is one, and nowhere else', async () => {
    const port = await freePort();
    await withBridge({ METRICS_PORT: String(port) }, async ({ bridge }) => {
      expect(bridge.app.metricsPort).toBe(port);
      expect(await statusOf(`${bridge.url}/metrics`)).toBe(404);
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(await answer.text()).toContain('bridge_lane_depth');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await statusOf(`http://127.0.0.1:${port}/healthz`)).toBe(404);
    });
  });

  it('are not there for a stranger whom a proxy passed on', () =>
    withBridge({}, async ({ bridge }) => {
      for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
        expect(await statusOf(`${bridge.url}/metrics`, { [name]: '203.0.113.9' })).toBe(404);
      }
    }));

  it('answer in time although the database does not, with the figures of before', () =>
    withBridge({ ROLES: 'web' }, async ({ bridge, databaseUrl, probe }) => {
      const figures = async (): Promise<string> => await (await fetch(`${bridge.url}/metrics`)).text();
      expect(await figures()).toContain('bridge_lane_depth{queue="inbox"} 0');
      const locking = new pg.Client({ connectionString: databaseUrl });
      await locking.connect();
      try {
        await locking.query('begin; lock table lane in access exclusive mode');
        // The figures have grown old when somebody waits for the table.
        const waits = `select count(*) from pg_locks join pg_class on pg_class.oid = relation where relname = 'lane' and not granted`;
        const asked: Promise<string>[] = [];
        await until(async () => {
          asked.push(figures());
          return (await probe.count(waits)) > 0;
        });
        // The table is locked until all have answered.
        for (const answer of await Promise.all(asked)) expect(answer).toContain('bridge_lane_depth{queue="inbox"} 0');
      } finally {
        await locking.end();
      }
    }));
});

describe('the readiness', () => {
  it('is lost while the database takes no writes', () =>
    withBridge({}, async ({ bridge, probe }) => {
      expect(await statusOf(`${bridge.url}/readyz`)).toBe(200);
      const name = String((await probe.rows('select current_database() as name'))[0]?.['name']);
      await probe.rows(`alter database "${name}" set default_transaction_read_only = on`);
      // New connections only are read-only; the app gets new ones.
      await probe.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'bot-bridge'`,
      );
      await until(async () => {
        const answer = await fetch(`${bridge.url}/readyz`);
        const { problem } = (await answer.json()) as { problem?: string };
        return answer.status === 503 && problem === 'disk_refuses_writes';
      });
      await probe.rows(`alter database "${name}" set default_transaction_read_only = off`).catch(async () => {
        await probe.rows(`begin read write; alter database "${name}" reset default_transaction_read_only; commit`);
      });
    }));

  it("is kept while a newer version, which is to take this one's place, has migrated the database", () =>
    withBridge({}, async ({ bridge, probe }) => {
      await probe.rows(
        `insert into migration (name, batch, migration_time) values ('9999-of-the-next-version.ts', 99, now())`,
      );
      expect(await statusOf(`${bridge.url}/readyz`)).toBe(200);
    }));

  it('is lost while migrations are missing', () =>
    withBridge({}, async ({ bridge, probe }) => {
      expect(await statusOf(`${bridge.url}/readyz`)).toBe(200);
      await probe.rows(`update migration set name = 'x' || name`);
      await until(async () => {
        const answer = await fetch(`${bridge.url}/readyz`);
        return answer.status === 503 && (await answer.text()).includes('migrations_pending');
      });
    }));

  it('is looked for without leaving anything behind', () =>
    withBridge({}, async ({ bridge, probe }) => {
      expect(await statusOf(`${bridge.url}/readyz`)).toBe(200);
      expect(await probe.count('select count(*) from dedupe')).toBe(0);
    }));
});
