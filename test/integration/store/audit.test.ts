import { describe, expect, it } from 'vitest';
import { noteBy } from '../../../src/portals/audit.ts';
import type { Pool } from '../../../src/store/database.ts';
import { purgeAudit } from '../../../src/store/queue/retention.ts';
import { addAuditEntry, listAuditEntries } from '../../../src/store/tenants/audit.ts';
import { erasePortal } from '../../../src/store/tenants/portal-erasure.ts';
import { addBarePortal } from '../../support/factories/tenants.ts';
import { useOwnDatabase } from '../../support/use-own-database.ts';

let db: Pool;

useOwnDatabase((pool) => {
  db = pool;
});

const entry = { userId: '7', userName: 'Анна', action: 'bot.changed', subject: 'line', details: {} };
const listed = (portal: string) => listAuditEntries(db, portal, { before: null, limit: 100 });

describe('the audit list', () => {
  it('takes nothing for a portal there is not, and goes with its portal', async () => {
    await addAuditEntry(db, { ...entry, portal: 'nowhere' });
    expect(await listed('nowhere')).toEqual([]);
    await addBarePortal(db, 'going');
    await addAuditEntry(db, { ...entry, portal: 'going' });
    expect(await listed('going')).toHaveLength(1);
    await db.transaction((trx) => erasePortal(trx, 'going', false));
    expect(await listed('going')).toEqual([]);
  });

  it('is forgotten when its time is over', async () => {
    await addBarePortal(db, 'old');
    await addAuditEntry(db, { ...entry, portal: 'old' });
    await addAuditEntry(db, { ...entry, portal: 'old', subject: 'new' });
    await db('audit_entries')
      .where({ subject: 'line' })
      .update({ at: new Date(Date.now() - 31 * 86_400_000) });
    expect(await purgeAudit(db, 30)).toBe(1);
    expect((await listed('old')).map(({ subject }) => subject)).toEqual(['new']);
  });

  it('stores what no column can hold as it is, and long texts shortened', async () => {
    await addBarePortal(db, 'odd');
    const details = { to: { name: 'a\0b\ud800', text: 'x'.repeat(5_000) } };
    await noteBy({ userId: null, userName: null })(db, 'odd', { action: 'bot.changed', subject: 'a\0b', details });
    const [row] = await listed('odd');
    expect(row).toMatchObject({ subject: 'a\ufffdb', user_id: null, details: { to: { name: 'a\ufffdb\ufffd' } } });
    expect(JSON.stringify(row?.details).length).toBeLessThan(500);
  });
});
