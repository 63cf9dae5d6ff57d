/** Which bindings a set-up takes away: what would tell the bots' events twice, or at an address that is ours no more. */
import { expect, it } from 'vitest';
import { bindOptional, unbindOthers } from '../../../src/bitrix24/install/event-bindings.ts';
import type { SetUpOptions } from '../../../src/bitrix24/install/set-up-types.ts';
import type { PortalClient } from '../../../src/bitrix24/rest/portal-client.ts';
import type { EventApi } from '../../../src/core/event-api.ts';

const here = 'https://app.example/bitrix24/events';
const before = 'https://old.example/bitrix24/events';
const options = { portal: 'p', eventUrl: here, signal: new AbortController().signal } as SetUpOptions;

const bound = [
  ['ONIMBOTMESSAGEADD', here],
  ['ONIMBOTV2MESSAGEADD', here],
  ['ONIMBOTV2MESSAGEADD', before],
  ['ONIMBOTV2REACTIONCHANGE', here],
  ['ONIMBOTV2REACTIONCHANGE', before],
  ['ONAPPUNINSTALL', here],
].map(([event, handler]) => ({ event, handler }));

function portal() {
  const made: string[] = [];
  const client = {
    call: () => Promise.resolve(bound),
    batch: (_: string, calls: readonly { readonly method: string; readonly params: Record<string, unknown> }[]) => {
      for (const { method, params } of calls) {
        made.push(`${method} ${String(params['event'])} ${params['handler'] === here ? 'here' : 'before'}`);
      }
      return Promise.resolve(calls.map(() => ({ result: true, time: null })));
    },
  } as unknown as PortalClient;
  return { client, made };
}

it.each<readonly [EventApi, readonly string[]]>([
  ['v1-webhook', ['ONIMBOTV2MESSAGEADD here', 'ONIMBOTV2MESSAGEADD before', 'ONIMBOTV2REACTIONCHANGE before']],
  ['v2-webhook', ['ONIMBOTMESSAGEADD here', 'ONIMBOTV2MESSAGEADD before', 'ONIMBOTV2REACTIONCHANGE before']],
  ['v2-fetch', []],
])('a portal that runs %s loses those of the other API and those at another address', async (eventApi, gone) => {
  const { client, made } = portal();
  await unbindOthers(client, options, eventApi);
  expect(made).toEqual(gone.map((binding) => `event.unbind ${binding}`));
});

it('reactions are bound once, where registering the bots does not bind them', async () => {
  const { client, made } = portal();
  await bindOptional(client, { ...options, eventUrl: 'https://new.example/events' }, { withReactions: true });
  expect(made.map((binding) => binding.split(' ')[1])).toContain('ONIMBOTV2REACTIONCHANGE');
  const again = portal();
  await bindOptional(again.client, options, { withReactions: true });
  expect(again.made.map((binding) => binding.split(' ')[1])).not.toContain('ONIMBOTV2REACTIONCHANGE');
});
