/** Remotes that nock stands in for: nothing leaves the machine, and every expected call has to be made. */
import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { HttpClient } from '../../../src/lib/http-client.ts';

/** Call it at the top of a test file; a client given is closed after the last test. */
export function useNock(http?: HttpClient): void {
  beforeAll(() => {
    // Another file of this process may have switched it off.
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
