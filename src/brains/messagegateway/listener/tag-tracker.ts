/** Finds out whether a change of tags was the handover tag: the event does not name the tag. */

import { remember } from '../../../lib/remember.ts';
import type { Envelope, ListenerFrame } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';
import { tagChangeOf } from '../inbound/signals.ts';

export interface TagTracker {
  /** The frame, marked if it put the handover tag on a dialog that did not have it. Throws like the Bot API. */
  complete(frame: Envelope, signal: AbortSignal): Promise<ListenerFrame>;
}

/** Dialogs whose tags are remembered; the oldest is dropped first. */
const maxDialogs = 2_000;

/** Makes no calls without a handover tag in the config. It remembers tags only in memory: after a restart the next change counts as the first. */
export function createTagTracker(context: MgContext): TagTracker {
  const wanted = context.config.handover.tag?.toLowerCase();
  const tagged = new Map<number, boolean>();
  return {
    async complete(frame, signal) {
      const change = wanted === undefined ? null : tagChangeOf(frame, context.config);
      if (change === null) return frame;
      const dialogs = await context.apis.bot.dialogs({ id: change.dialogId }, signal);
      const tags = dialogs.find(({ id }) => id === change.dialogId)?.tags ?? [];
      const has = tags.some(({ name }) => name.trim().toLowerCase() === wanted);
      const had = tagged.get(change.dialogId) ?? false;
      remember(tagged, change.dialogId, has, maxDialogs);
      return has && !had && change.isAdded ? { ...frame, handoverTag: true } : frame;
    },
  };
}
