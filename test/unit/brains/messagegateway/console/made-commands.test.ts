/** A made command is taken by one listener, also where two listen for a moment. */
import { expect, it } from 'vitest';
import type { Apis } from '../../../../../src/brains/messagegateway/api/apis.ts';
import { createMadeCommands } from '../../../../../src/brains/messagegateway/console/made-commands.ts';
import type { MgContext } from '../../../../../src/brains/messagegateway/context.ts';
import { systemClock } from '../../../../../src/lib/clock.ts';
import { mainChannelOnly, mgConfig, unitTools } from '../../../../support/messagegateway-unit.ts';

it('is done once by two listeners that hear it at the same moment', async () => {
  const config = mgConfig();
  const tools = unitTools({ send: () => Promise.reject(new Error('no call')) });
  await tools.state.put('own:command:refund', { description: 'Make a refund', line: null, ref: 'group' });
  const context: MgContext = { config, apis: {} as Apis, tools, clock: systemClock, channels: mainChannelOnly(config) };
  const message = {
    id: 900,
    chat_id: 7,
    type: 'command',
    scope: 'private',
    content: '/refund order 12',
    from: { id: 12, type: 'user', name: 'Марина' },
  };
  const { signal } = new AbortController();
  const hear = () => createMadeCommands(context).rowsOf({ type: 'message_new', data: { message } }, signal);
  const rows = (await Promise.all([hear(), hear(), hear()])).flat();
  expect(rows.map(({ dedupeKey }) => dedupeKey)).toEqual(['made-command:900']);
});
