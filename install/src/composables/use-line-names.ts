/** Names of the portal's Open Channels. The portal is asked for all of them at once, when the first one is shown, and not again for a while. */
import { ref } from 'vue';
import type { LineAnswer } from '../../../src/api/schemas/lines.ts';
import { ApiProblem, api } from '../api/client.ts';
import { useTexts } from '../texts/texts.ts';

const names = ref<ReadonlyMap<string, string>>(new Map());
let askedAt = Number.NEGATIVE_INFINITY;
const askAgainMs = 10 * 60_000;

async function ask(): Promise<void> {
  if (Date.now() < askedAt + askAgainMs) return;
  askedAt = Date.now();
  try {
    const { lines } = await api.get<{ lines: LineAnswer[] }>('/api/lines');
    names.value = new Map(lines.map(({ id, name }) => [id, name]));
  } catch (error) {
    // Lines are told apart by their ids then.
    if (!(error instanceof ApiProblem)) throw error;
  }
}

/** The name of a line; a text with its id until it is known, and where the portal does not tell it. */
export function useLineNames(): (id: string) => string {
  const { conversations } = useTexts();
  return (id) => {
    void ask();
    return names.value.get(id) || conversations.lineNamed(id);
  };
}
