/** How the server answers a message by itself. */
import { inBackground } from '../kit/background.ts';
import { wait } from '../kit/wait.ts';
import type { Replies } from './ways.ts';
import type { WebhookServer } from './webhook-server.ts';

/** Milliseconds between two words of a streamed answer. */
const WORD_MS = 700;

export function createReplies(server: WebhookServer): Replies {
  let isClosed = false;

  async function stream(conversation: string, id: string, text: string): Promise<void> {
    const words = text.split(' ');
    await server.post(conversation, [{ type: 'typing' }]);
    for (let count = 1; count <= words.length && !isClosed; count += 1) {
      await wait(WORD_MS);
      const said = words.slice(0, count).join(' ');
      await server.post(conversation, [{ type: count === 1 ? 'message' : 'message.edit', id, text: said }]);
    }
  }

  return {
    async to(id, event) {
      if (event.type !== 'message.created' && event.type !== 'request.created') return [];
      const { conversation } = event.data;
      const heard = event.type === 'message.created' ? event.data.message.text : event.data.request.text;
      const text = `re: ${heard}`;
      const answers = [{ type: 'message', id, text }];
      const own = server.talk.conversations.get(conversation);
      if (server.way !== 'person' && own !== undefined) server.talk.add(own, { id, who: 'us', name: '', text });
      switch (server.way) {
        case 'in-call':
          return answers;
        case 'early':
          await server.post(conversation, answers);
          return [];
        case 'later':
          // Only after the response has been sent.
          setImmediate(() => inBackground(server.post(conversation, answers)));
          return [];
        case 'stream':
          setImmediate(() => inBackground(stream(conversation, id, text)));
          return [];
        case 'person':
          return [];
      }
    },
    close() {
      isClosed = true;
    },
  };
}
