/** Decisions about many undelivered messages: they are carried out in steps, and the reader sees how far they are. */
import { type Ref, ref } from 'vue';
import type { Decided, StuckReasonAnswer } from '../../../../src/api/schemas/undelivered.ts';
import { api } from '../../api/client.ts';
import { type Action, useAction } from '../../composables/use-action.ts';

export interface Decisions {
  /** Done so far; null: nothing was begun. */
  readonly count: Readonly<Ref<number | null>>;
  readonly isOver: Readonly<Ref<boolean>>;
  readonly what: Readonly<Ref<'replay' | 'drop'>>;
  readonly action: Action<['replay' | 'drop', StuckReasonAnswer | undefined]>;
}

export function useDecisions(after: () => void): Decisions {
  const count = ref<number | null>(null);
  const isOver = ref(false);
  const what = ref<'replay' | 'drop'>('replay');
  const action = useAction(async (decision: 'replay' | 'drop', reason: StuckReasonAnswer | undefined) => {
    what.value = decision;
    count.value = 0;
    isOver.value = false;
    try {
      for (let failedBefore: string | undefined; !isOver.value; ) {
        const step: Decided = await api.post<Decided>(`/api/undelivered/${decision}-all`, {
          ...(reason === undefined ? {} : { reason }),
          ...(failedBefore === undefined ? {} : { failedBefore }),
        });
        failedBefore = step.failedBefore;
        count.value += step.done;
        isOver.value = step.isOver;
      }
    } finally {
      after();
    }
  });
  return { count, isOver, what, action };
}
