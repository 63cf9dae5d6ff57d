/** The list of conversations: its first page live, further pages on demand. */
import { computed, type Ref, ref, shallowRef, watch } from 'vue';
import type { ConversationPage, ListedConversationAnswer } from '../../../src/api/schemas/conversations.ts';
import { ApiProblem, api, type Query } from '../api/client.ts';
import { type Load, useLoad } from './use-load.ts';

export interface ConversationList {
  readonly head: Load<ConversationPage>;
  readonly rows: Readonly<Ref<readonly ListedConversationAnswer[]>>;
  readonly last: Readonly<Ref<ConversationPage | undefined>>;
  readonly isReadingOn: Readonly<Ref<boolean>>;
  readonly onProblem: Readonly<Ref<ApiProblem | undefined>>;
  readOn(): Promise<void>;
}

const everyMs = 5_000;
/** Whoever reads on has seen the first ones. A search through messages asks for no more of them at once. */
const furtherRows = 100;

const keyOf = ({ bot, dialog }: ListedConversationAnswer): string => `${bot}/${dialog}`;

/** A search through messages is not repeated by itself: it costs the server more than a list. */
export function useConversationList(query: Readonly<Ref<Query>>): ConversationList {
  const further = shallowRef<readonly ConversationPage[]>([]);
  const isReadingOn = ref(false);
  const onProblem = shallowRef<ApiProblem>();
  let searched: { readonly for: Query; readonly page: ConversationPage } | undefined;
  let latest = 0;

  const head = useLoad(async (signal) => {
    const asked = query.value;
    if (asked['in'] === 'messages' && searched?.for === asked) return searched.page;
    const page = await api.get<ConversationPage>('/api/conversations', asked, signal);
    searched = { for: asked, page };
    return page;
  }, everyMs);

  watch(query, () => {
    further.value = [];
    onProblem.value = undefined;
    latest += 1;
    isReadingOn.value = false;
    void head.reload();
  });

  const last = computed(() => further.value.at(-1) ?? head.data.value);
  const rows = computed(() => {
    const all = [head.data.value, ...further.value].flatMap((page) => page?.conversations ?? []);
    return [...new Map(all.toReversed().map((row) => [keyOf(row), row])).values()].toReversed();
  });

  async function readOn(): Promise<void> {
    const cursor = last.value?.next;
    if (isReadingOn.value || cursor === undefined || cursor === null) return;
    latest += 1;
    const own = latest;
    isReadingOn.value = true;
    onProblem.value = undefined;
    const asked = query.value;
    const limit = asked['in'] === 'messages' ? undefined : furtherRows;
    try {
      const page = await api.get<ConversationPage>('/api/conversations', { ...asked, cursor, limit });
      if (own === latest) further.value = [...further.value, page];
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (own === latest) onProblem.value = error;
    } finally {
      if (own === latest) isReadingOn.value = false;
    }
  }

  return { head, rows, last, isReadingOn, onProblem, readOn };
}
