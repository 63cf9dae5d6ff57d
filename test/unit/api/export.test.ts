import { expect, it } from 'vitest';
import type { Caller, FileAnswer } from '../../../src/api/endpoint.ts';
import { dataEndpoints } from '../../../src/api/endpoints/data.ts';

function callerOf(portal: string, note = (): Promise<void> => Promise.resolve()): Caller {
  return { services: { db: {} }, portal: { portal }, language: 'en', note } as unknown as Caller;
}

async function begin(caller: Caller): Promise<FileAnswer> {
  const endpoint = dataEndpoints.find(({ path }) => path === '/api/export');
  return (await endpoint?.run(caller, { params: {}, query: {}, body: undefined })) as FileAnswer;
}

it('one export of a portal is written at a time, from the moment it was asked for', async () => {
  const first = begin(callerOf('p'));
  await expect(begin(callerOf('p'))).rejects.toMatchObject({ code: 'export.under_way' });
  (await begin(callerOf('other'))).release();
  (await first).release();
  (await begin(callerOf('p'))).release();
});

it('an export that did not begin keeps no other from beginning', async () => {
  const broken = callerOf('p', () => Promise.reject(new Error('the database is away')));
  await expect(begin(broken)).rejects.toThrow('away');
  (await begin(callerOf('p'))).release();
});
