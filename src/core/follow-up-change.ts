/** Changes of the pending follow-ups of a conversation. */

/** One change to store. */
export type FollowUpChange =
  | {
      readonly type: 'set';
      readonly id: string;
      readonly name: string;
      readonly params: Readonly<Record<string, unknown>>;
      /** ISO 8601. */
      readonly dueAt: string;
    }
  | { readonly type: 'cancel'; readonly id: string };
