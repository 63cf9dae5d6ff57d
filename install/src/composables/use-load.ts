/** Data of a page: loaded at once, loaded again on demand and, where asked for, in intervals while somebody looks. */
import { computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue';
import { ApiProblem, isSessionOver } from '../api/client.ts';

export interface Load<T> {
  readonly data: Readonly<Ref<T | undefined>>;
  /** Why the last attempt failed; the data of an earlier one stays. */
  readonly problem: Readonly<Ref<ApiProblem | undefined>>;
  readonly isLoading: Readonly<Ref<boolean>>;
  /** True when a load has taken so long that the reader should hear of it. */
  readonly isSlow: Readonly<Ref<boolean>>;
  /** Nothing to show yet, and nothing has failed. */
  readonly isFirst: Readonly<Ref<boolean>>;
  /** Ends the load that runs and begins another. */
  reload(): Promise<void>;
}

const slowAfterMs = 3_000;

/** `everyMs` repeats the load while the page is visible. A load that was overtaken by another changes nothing. */
export function useLoad<T>(fetchData: (signal: AbortSignal) => Promise<T>, everyMs?: number): Load<T> {
  const data = shallowRef<T>();
  const problem = shallowRef<ApiProblem>();
  const isLoading = ref(false);
  const isSlow = ref(false);
  let running = new AbortController();

  async function reload(): Promise<void> {
    running.abort();
    const own = new AbortController();
    running = own;
    isLoading.value = true;
    const slow = setTimeout(() => {
      isSlow.value = true;
    }, slowAfterMs);
    try {
      const loaded = await fetchData(own.signal);
      if (own.signal.aborted) return;
      data.value = loaded;
      problem.value = undefined;
    } catch (error) {
      if (own.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error;
    } finally {
      clearTimeout(slow);
      if (running === own) {
        isLoading.value = false;
        isSlow.value = false;
      }
    }
  }

  if (everyMs !== undefined) {
    const timer = setInterval(() => {
      const isIdle = document.visibilityState !== 'visible' || isSessionOver.value;
      if (!isIdle && !isLoading.value) void reload();
    }, everyMs);
    onScopeDispose(() => clearInterval(timer));
  }
  onScopeDispose(() => running.abort());
  void reload();
  const isFirst = computed(() => data.value === undefined && problem.value === undefined);
  return { data, problem, isLoading, isSlow, isFirst, reload };
}
