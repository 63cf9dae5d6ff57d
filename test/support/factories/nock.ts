/** Uses nock in place of remotes: no call leaves the machine, and every expected call must be made. */
import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { HttpClient } from '../../../src/lib/http-client.ts';

/** To be called at the top of a test file. A given client is closed after the last test. */
export function useNock(http?: HttpClient): void {
  beforeAll(() => {
    // Another test file in this process may have switched nock off.
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    expect(nock.pendingMocks()).toEqual([]);
    nock.cleanAll();
  });
  afterAll(async () => {
    await http?.close();
    nock.enableNetConnect();
    nock.restore();
  });
}
