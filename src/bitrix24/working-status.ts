/** Shows that a bot is at work on an answer (docs/platform-notes/bitrix24.md#typing). */
import type { BatchedCalls } from './rest/batched-calls.ts';

interface StatusTarget {
  readonly portal: string;
  readonly botId: string;
  readonly dialogId: string;
  readonly hasV2: boolean;
}

/** "Thinking…" in the reader's language. */
const statusMessageCode = 'IMBOT_AGENT_ACTION_THINKING';

/**
 * Shows it for `duration` seconds; a portal without `imbot.v2` instead shows that the bot is typing, for as long as the portal likes. Throws
 * what `BatchedCalls.call` throws.
 */
export async function showWorking(
  calls: BatchedCalls,
  { portal, botId: id, dialogId, hasV2 }: StatusTarget,
  duration: number,
): Promise<void> {
  const botId = Number(id);
  const call = hasV2
    ? { method: 'imbot.v2.Chat.InputAction.notify', params: { botId, dialogId, statusMessageCode, duration } }
    : { method: 'imbot.chat.sendTyping', params: { BOT_ID: botId, DIALOG_ID: dialogId } };
  await calls.call({ portal, ...call, urgency: 'optional' });
}
