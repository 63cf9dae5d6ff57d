/** What people have set for a bot, as the audit list and the pages compare it. */
import { sha256 } from '../lib/encryption.ts';
import type { BotRow } from '../store/tenants/bots.ts';

export function botSettings(bot: BotRow) {
  return {
    name: bot.name,
    brain: bot.brain,
    connectionId: bot.connection_id,
    giveBackMinutes: bot.give_back_minutes,
    callPersonMinutes: bot.call_person_minutes,
    turnsPerMinute: bot.turns_per_minute,
    greeting: bot.greeting,
    greetAfterSeconds: bot.greet_after_seconds,
    language: bot.language,
    burstMs: bot.burst_ms,
    color: bot.color,
    unanswered: bot.unanswered,
  };
}

/** Differs from the revision that was read before if somebody has changed the settings meanwhile. */
export function botRevision(bot: BotRow): string {
  return sha256(JSON.stringify(botSettings(bot)))
    .toString('hex')
    .slice(0, 16);
}
