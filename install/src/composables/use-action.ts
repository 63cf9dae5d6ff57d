/** A change the reader orders: one at a time, with its failure told where the button is. */
import { type Ref, ref, shallowRef } from 'vue';
import { ApiProblem } from '../api/client.ts';

export interface Action<A extends unknown[]> {
  readonly isRunning: Readonly<Ref<boolean>>;
  readonly problem: Readonly<Ref<ApiProblem | undefined>>;
  /** True when the work was done. A second call while the first runs does nothing. */
  run(...values: A): Promise<boolean>;
  /** Forgets the failure of the last run. */
  clear(): void;
}

export function useAction<A extends unknown[]>(work: (...values: A) => Promise<void>): Action<A> {
  const isRunning = ref(false);
  const problem = shallowRef<ApiProblem>();
  const clear = (): void => {
    problem.value = undefined;
  };
  const run = async (...values: A): Promise<boolean> => {
    if (isRunning.value) return false;
    isRunning.value = true;
    clear();
    try {
      await work(...values);
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
      return false;
    } finally {
      isRunning.value = false;
    }
  };
  return { isRunning, problem, run, clear };
}
