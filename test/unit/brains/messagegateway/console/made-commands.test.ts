/** A made command is taken by one listener, also where two listen for a moment. */
import { expect, it } from 'vitest';
import { createMadeCommands } from '../../../../../src/brains/messagegateway/console/made-commands.ts';
import { consoleContext, unitTools } from '../../../../support/messagegateway-unit.ts';

it('is done once by two listeners that hear it at the same moment', async () => {
  const tools = unitTools({ send: () => Promise.reject(new Error('no call')) });
  await tools.state.put('own:command:refund', { description: 'Make a refund', line: null, ref: 'group' });
  const context = consoleContext({}, tools);
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
