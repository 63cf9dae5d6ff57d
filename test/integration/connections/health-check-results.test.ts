/** What a health check has found out is stored only where it is still true, and another check follows where it may not be. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { echoBrain } from '../../../src/brains/echo/echo-brain.ts';
import type { AccountWork } from '../../../src/connections/account-work.ts';
import { checkConnection } from '../../../src/connections/check-connection.ts';
import { sealConfig, sealWebhookSecret } from '../../../src/connections/stored-connection.ts';
import type { Brain } from '../../../src/core/brain.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import { createWakeups } from '../../../src/runtime/wakeup.ts';
import {
  checkAtOnce,
  checkNow,
  claimChecks,
  disableConnection,
  settleConnection,
  storeConfig,
} from '../../../src/store/tenants/connection-health.ts';
import { captureLog } from '../../support/captured-log.ts';
import { noTools } from '../../support/no-tools.ts';
import { useCheckedAccounts } from '../../support/use-checked-accounts.ts';

const accounts = useCheckedAccounts();

describe('what a health check has found out', () => {
  it('is not final where the settings were changed meanwhile: the account may have been told the former ones after the new', async () => {
    const row = await accounts.addWithCheckBegun();
    const sealer = createSealer({ current: randomBytes(32) });
    await accounts
      .db('connection')
      .where({ id: row.id })
      .update({
        config_sealed: sealConfig(sealer, row.id, { name: 'former' }),
        webhook_secret_sealed: sealWebhookSecret(sealer, row.id, 'secret'),
      });
    const slowBrain: Brain = {
      ...echoBrain,
      async checkHealth({ config }) {
        // As connecting leaves it, which knows nothing of the check: new settings, and the next check in an hour.
        await storeConfig(accounts.db, await accounts.read(row.id), sealConfig(sealer, row.id, { name: 'new' }));
        const health_check_at = accounts.db.raw("now() + interval '1 hour'");
        await accounts.db('connection').where({ id: row.id }).update({ health_check_at });
        return { works: true, config };
      },
    };
    const work: AccountWork = {
      db: accounts.db,
      sealer,
      brainOf: () => slowBrain,
      toolsFor: () => noTools(),
      hookUrl: () => 'https://bots.example/hook',
      evict: () => undefined,
      wakeups: createWakeups(),
      log: captureLog().log,
    };
    const begun = await accounts.read(row.id);
    expect(await checkConnection(work, begun, new AbortController().signal)).toEqual({ result: 'changed_meanwhile' });
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(0);
  });

  it('is not written over what was stored meanwhile', async () => {
    const before = await accounts.add();
    expect(await storeConfig(accounts.db, before, Buffer.from('newer'))).toBe(true);
    expect(await disableConnection(accounts.db, before, 'key_refused', before.updated_at)).toBe(false);
    expect(await storeConfig(accounts.db, before, Buffer.from('older'))).toBe(false);
    expect(await accounts.read(before.id)).toMatchObject({
      disabled_reason: null,
      config_sealed: Buffer.from('newer'),
    });
  });

  it('does not undo a stop that the remote told during the check, and a check follows soon', async () => {
    const row = await accounts.addWithCheckBegun();
    await disableConnection(accounts.db, row, 'stopped', null);
    expect(await settleConnection(accounts.db, row, null)).toBe(false);
    expect(await accounts.read(row.id)).toMatchObject({ disabled_reason: 'stopped' });
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(30);
  });

  it('does not put off a check that was asked for during this one', async () => {
    const row = await accounts.addWithCheckBegun();
    await disableConnection(accounts.db, row, 'chats_off', row.updated_at);
    const disabled = await accounts.read(row.id);
    await checkNow(accounts.db, row);
    expect(await settleConnection(accounts.db, disabled, null)).toBe(true);
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(30);
  });

  it('is checked again after a minute where it is news that the account is disabled, and after ten where it is none', async () => {
    const row = await accounts.addWithCheckBegun();
    expect(await disableConnection(accounts.db, row, 'switched_off', row.updated_at)).toBe(true);
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(30);
    expect(await accounts.dueIn(row.id)).toBeLessThanOrEqual(60);
    await checkAtOnce(accounts.db, row);
    const [again] = await claimChecks(accounts.db, ['echo'], { limit: 10, except: [] });
    expect(await disableConnection(accounts.db, row, 'switched_off', again?.updated_at ?? null)).toBe(true);
    expect(await accounts.dueIn(row.id)).toBeGreaterThan(540);
  });
});
