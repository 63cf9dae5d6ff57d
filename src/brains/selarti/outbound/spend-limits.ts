/** Limits on what a connection spends: every message to and from Selarti is charged. */
import type { SelartiContext } from '../context.ts';
import type { Sent } from '../conversation-state.ts';
import { staffTexts } from '../texts/staff-texts.ts';

/** The day (UTC) by which limits count. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/** Messages sent in the conversation today, before this one. */
export function turnsToday(before: Sent | null, now: Date): number {
  return before?.day === dayOf(now) ? before.turns : 0;
}

/**
 * What staff are told when a limit is reached; null while the next message may be sent.
 *
 * @param turns messages sent in the conversation today
 * @param count how many messages the next one is cut into: each is charged
 */
export async function reachedLimit(
  { config, use }: SelartiContext,
  turns: number,
  count: number,
): Promise<string | null> {
  const { maxTurnsPerDay, maxMessagesPerMonth } = config;
  const words = staffTexts(config.language);
  if (maxTurnsPerDay > 0 && turns + count > maxTurnsPerDay) return words.turnsReached(maxTurnsPerDay);
  if (maxMessagesPerMonth === 0) return null;
  const { sent, received } = await use.total();
  return sent + received + count > maxMessagesPerMonth ? words.monthReached(maxMessagesPerMonth) : null;
}
