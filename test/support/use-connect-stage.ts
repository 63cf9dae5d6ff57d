/** One connect stage for all tests of a file, in which no bot has an account yet. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { openDatabase, type Pool, withoutCollision } from '../../src/store/database.ts';
import { type ConnectStage, startConnectStage } from './connect-stage.ts';

export interface ConnectTests extends ConnectStage {
  readonly db: Pool;
}

/**
 * Starts the stage before the tests, removes all accounts before each test, and closes the stage after the last; then it checks that the log
 * does not contain the account's key. The returned object is filled in by the first hook: use it only in tests and hooks.
 */
export function useConnectStage(): ConnectTests {
  const stage = {} as ConnectTests;
  beforeAll(async () => {
    const started = await startConnectStage();
    Object.assign(stage, started, { db: openDatabase({ url: started.own.databaseUrl, poolSize: 2 }) });
  });
  beforeEach(async () => {
    // A health check of the former test may still hold one of the rows.
    await withoutCollision(async () => {
      const { probe } = stage.own;
      await probe.rows(`update bot set brain = 'echo', connection_id = null`);
      await probe.rows('delete from connection');
      await probe.rows('delete from awaiting_connection');
    });
  });
  afterAll(async () => {
    const isLeaked = stage.captured.text().includes(stage.gateway.apiKey);
    await stage.db.destroy();
    await stage.close();
    expect(isLeaked).toBe(false);
  });
  return stage;
}
