/** The steps of a conversation: the newest live, earlier ones on demand. */
import { computed, type Ref, ref, shallowRef } from 'vue';
import type { Timeline, TimelineEntry } from '../../../src/api/schemas/conversations.ts';
import { ApiProblem, api } from '../api/client.ts';
import { entryKey } from '../components/conversations/compose-timeline.ts';
import { type Load, useLoad } from './use-load.ts';

export interface ConversationTimeline {
  readonly newest: Load<Timeline>;
  /** Every entry once, in its latest state. */
  readonly entries: Readonly<Ref<readonly TimelineEntry[]>>;
  readonly hasEarlier: Readonly<Ref<boolean>>;
  readonly isReadingOn: Readonly<Ref<boolean>>;
  readonly onProblem: Readonly<Ref<ApiProblem | undefined>>;
  readEarlier(): Promise<void>;
}

const everyMs = 3_000;

export function useTimeline(path: string): ConversationTimeline {
  const kept = new Map<string, TimelineEntry>();
  const entries = shallowRef<readonly TimelineEntry[]>([]);
  const cursor = ref<string | null>();
  const isReadingOn = ref(false);
  const onProblem = shallowRef<ApiProblem>();

  function keep(page: Timeline): void {
    for (const entry of page.entries) kept.set(entryKey(entry), entry);
    entries.value = [...kept.values()];
  }

  const newest = useLoad(async (signal) => {
    const page = await api.get<Timeline>(path, {}, signal);
    keep(page);
    if (cursor.value === undefined) cursor.value = page.next;
    return page;
  }, everyMs);

  async function readEarlier(): Promise<void> {
    if (isReadingOn.value || typeof cursor.value !== 'string') return;
    isReadingOn.value = true;
    onProblem.value = undefined;
    try {
      const page = await api.get<Timeline>(path, { cursor: cursor.value });
      keep(page);
      cursor.value = page.next;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      onProblem.value = error;
    } finally {
      isReadingOn.value = false;
    }
  }

  const hasEarlier = computed(() => typeof cursor.value === 'string');
  return { newest, entries, hasEarlier, isReadingOn, onProblem, readEarlier };
}
