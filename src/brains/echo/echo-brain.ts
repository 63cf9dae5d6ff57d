/** The smallest brain: it repeats what it hears. It proves the road, and answers until a real brain is connected. */
import type { Brain } from '../../core/brain.ts';
import { textReply } from '../../core/events.ts';

export const echoBrain: Brain = {
  name: 'echo',
  title: 'Echo',
  capabilities: {
    maxTextLength: 20_000,
    edits: false,
    deletes: false,
    files: false,
    ownership: false,
    crm: false,
    receipts: false,
    idempotentDelivery: true,
    listens: false,
  },
  configSchema: null,
  create: () => ({
    decode: () => [],
    deliver(action) {
      if (action.type !== 'message') return Promise.resolve({});
      return Promise.resolve({
        replies: [textReply(action.text)],
      });
    },
  }),
};
