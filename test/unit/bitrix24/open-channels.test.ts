/** Facts that decorate a message are waited for a short while. */
import { expect, it } from 'vitest';
import { openChannelCustomer, openChannelName } from '../../../src/bitrix24/open-channels.ts';
import type { CallOptions, PortalClient } from '../../../src/bitrix24/rest/portal-client.ts';

const longestMs = 5_000;

it('neither the turn of the call nor its answer is waited for longer than a few seconds', async () => {
  const waits: (number | undefined)[] = [];
  const client = {
    call(_portal: string, _method: string, _params: unknown, { patienceMs, timeoutMs }: CallOptions) {
      waits.push(patienceMs, timeoutMs);
      return Promise.resolve([]);
    },
  } as unknown as PortalClient;
  const { signal } = new AbortController();
  await openChannelName(client, 'p', '7', signal);
  await openChannelCustomer(client, 'p', { botId: '1', dialogId: 'chat5', userId: '9', domain: 'd.example' }, signal);
  expect(waits).toHaveLength(4);
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(longestMs);
});
