/** A cell that Citus moves to another node while people write: nothing is lost, doubled or out of turn. */
import { describe, expect, it } from 'vitest';
import { findPlacement } from '../../src/store/citus.ts';
import { openDatabase } from '../../src/store/database.ts';
import { until } from '../support/bridge.ts';
import { startNumberedTalk } from '../support/numbered-talk.ts';
import { expectNothingGivenUp, withStage } from '../support/process-stage.ts';
import { ourBot } from '../support/talk.ts';

interface Node {
  readonly nodename: string;
  readonly nodeport: number;
}

describe('a cell that is moved under load', () => {
  it('and back again answers every message once and in order', () =>
    withStage(async (stage) => {
      const { portal, probe, databaseUrl } = stage;
      const app = await stage.start();
      await stage.install();
      const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: 'bot-bridge cli' });
      try {
        const { schema, nodes } = await findPlacement(db);
        const all = (await probe.rows(
          `select nodename, nodeport from pg_dist_node where noderole = 'primary' and shouldhaveshards order by nodeport`,
        )) as unknown as Node[];
        const addressOf = ({ nodename, nodeport }: Node): string => `${nodename}:${nodeport}`;
        const home = all.find((node) => addressOf(node) === nodes[0]);
        const away = all.find((node) => addressOf(node) !== nodes[0]);
        if (home === undefined || away === undefined) throw new Error('the cluster needs two nodes that hold tables');
        const talk = startNumberedTalk({
          portal,
          bot: ourBot(portal, 'assistant'),
          url: () => app.url,
          dialogs: 6,
          pauseMs: 20,
        });
        await talk.goOn(30);
        for (const to of [away, home]) {
          // What the last move has left behind has to be gone before the next one.
          await until(async () => {
            await probe.rows('call citus_cleanup_orphaned_resources()');
            return (
              (await probe.count('select count(*) from pg_dist_cleanup where object_name like $1', [`${schema}.%`])) ===
              0
            );
          });
          const before = talk.acknowledged();
          await probe.rows('select citus_schema_move($1::regnamespace, $2, $3, $4)', [
            schema,
            to.nodename,
            to.nodeport,
            'force_logical',
          ]);
          expect((await findPlacement(db)).nodes).toEqual([addressOf(to)]);
          // The app was used while the tables moved, and is used after.
          expect(talk.acknowledged()).toBeGreaterThan(before);
          await talk.goOn(30);
        }
        await talk.finish();
        await probe.quiet(120_000);
        expect({ tally: talk.tally(), faults: talk.faults() }).toEqual({
          tally: { lost: 0, doubled: 0, outOfTurn: 0 },
          faults: [],
        });
        const stored = await probe.count(
          `select count(*) from inbox where source = 'bitrix24' and subject like '%000%'`,
        );
        expect(stored).toBe(talk.acknowledged());
        await expectNothingGivenUp(stage);
      } finally {
        await db.destroy();
      }
    }));
});
