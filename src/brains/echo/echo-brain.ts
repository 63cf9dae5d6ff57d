/** The smallest brain: it repeats what it hears. It shows that messages get through, and answers until another brain is connected. */
import { defineBrain } from '../../core/define-brain.ts';
import { textReply } from '../../core/events.ts';

export const echoBrain = defineBrain({
  name: 'echo',
  title: 'Echo',
  capabilities: { maxTextLength: 20_000, idempotentDelivery: true },
  configSchema: null,
  create: () => ({
    decode: () => [],
    deliver: (action) => Promise.resolve(action.type === 'message' ? { replies: [textReply(action.text)] } : {}),
  }),
});
