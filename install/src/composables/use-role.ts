/** Whether the visitor may change anything. Asked once for all pages. */
import { computed, type Ref, ref } from 'vue';
import type { AppFacts } from '../../../src/api/schemas/app.ts';
import { ApiProblem, api } from '../api/client.ts';

const facts = ref<AppFacts>();
let asking: Promise<void> | null = null;

async function ask(): Promise<void> {
  try {
    facts.value = await api.get<AppFacts>('/api/app');
  } catch (error) {
    // The page's own data says what is wrong; without an answer nobody may change anything.
    asking = null;
    if (!(error instanceof ApiProblem)) throw error;
  }
}

/** `isAdmin` is false until it is known. */
export function useRole(): {
  readonly isAdmin: Readonly<Ref<boolean>>;
  readonly app: Readonly<Ref<AppFacts | undefined>>;
} {
  if (asking === null) asking = ask();
  return { isAdmin: computed(() => facts.value?.visitor.role === 'admin'), app: facts };
}
