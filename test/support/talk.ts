/** Messages of bots in a sandbox portal, for tests to examine. */
import type { SeenBot, SeenMessage } from '../../sandbox/bitrix24/observation.ts';
import type { SandboxPortal } from '../../sandbox/bitrix24/start-portal.ts';
import type { DatabaseProbe } from './database-probe.ts';

/** One of the app's three bots by its kind: `line`, `supervisor`, `assistant`. */
export function ourBot(portal: SandboxPortal, kind: 'line' | 'supervisor' | 'assistant'): SeenBot {
  const bot = portal.bots().find(({ code }) => code === `bridge_${kind}`);
  if (bot === undefined) throw new Error(`there is no ${kind} bot in the portal`);
  return bot;
}

/** The messages of bots in a chat, oldest first. */
export function botTalk(portal: SandboxPortal, dialog: number | string): SeenMessage[] {
  return portal.messages(dialog).filter((message) => message.isBot);
}

/** The texts of bots in a chat without the greeting, oldest first. */
export function answersIn(portal: SandboxPortal, dialog: number | string): string[] {
  return botTalk(portal, dialog)
    .map(({ text }) => text)
    .filter((text) => !isGreeting(text));
}

/** Whether this is a greeting of the app's bots. */
export function isGreeting(text: string): boolean {
  return /^(Здравствуйте! Я |Hello! I am )/.test(text);
}

/** Resolves when every event of the portal has been delivered and the app has no work left: nothing more will arrive after that. */
export async function everythingDone(portal: SandboxPortal, probe: DatabaseProbe, timeoutMs?: number): Promise<void> {
  // Messages of bots may open chats, which fires events again. Waiting twice is enough, because bots get no messages of bots.
  for (let look = 0; look < 2; look += 1) {
    await portal.idle();
    await probe.quiet(timeoutMs);
  }
}

/** The idempotency keys of all sends that the portal has executed, repetitions included. */
export function sendKeys(portal: SandboxPortal): string[] {
  return portal.calls().flatMap(({ executed, params }) => {
    const fields = params['fields'];
    const hasKey = executed && typeof fields === 'object' && fields !== null && 'templateId' in fields;
    return hasKey ? [String(fields.templateId)] : [];
  });
}
