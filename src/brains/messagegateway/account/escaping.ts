/** Finds out whether MessageGateway HTML-escapes texts by reading back a text we sent: its documentation does not say. */
import { z } from 'zod';
import type { ConnectorState } from '../../../core/connector-tools.ts';
import { toAppError } from '../../../core/errors.ts';
import { unescapeHtml } from '../api/html-text.ts';
import type { JoinedConfig, MessageGatewayConfig } from '../config.ts';
import type { MgContext } from '../context.ts';

const key = 'escaping';

const foundShape = z.object({ isEscaped: z.boolean() });

/** After this time the finding expires and is checked again, because the service may change. */
const keepDays = 30;

/** What this process has found out, by config object. */
const learned = new WeakMap<JoinedConfig, boolean>();

/** Whether texts of this account must be unescaped: the configured value, otherwise the one found out. */
export function isEscaped(config: JoinedConfig): boolean {
  return config.unescapeHtml ?? learned.get(config) === true;
}

/** Reads back the first sent text that escaping would change; costs one call a month. Never throws: the message has been delivered already. */
export async function learnEscaping(
  context: MgContext,
  messageId: number,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const { config, tools, apis } = context;
  const sent = text.trim();
  if (config.unescapeHtml !== undefined || learned.has(config) || !/[<>&"']/.test(sent)) return;
  try {
    const known = foundShape.safeParse(await tools.state.get(key));
    if (known.success) {
      learned.set(config, known.data.isEscaped);
      return;
    }
    const found = await apis.bot.messages({ id: messageId }, signal);
    const echo = found.find(({ id }) => id === messageId);
    const judged = judge(sent, (echo?.content || echo?.note || '').trim());
    if (judged === null) return;
    learned.set(config, judged);
    await tools.state.put(key, { isEscaped: judged }, keepDays);
    if (judged) tools.log('MessageGateway escapes texts; they are unescaped from now on');
  } catch (thrown) {
    tools.log('whether MessageGateway escapes texts could not be found out', { reason: toAppError(thrown).code });
  }
}

/** Null: the text came back changed in another way, so nothing is known. */
function judge(sent: string, echo: string): boolean | null {
  if (echo === sent) return false;
  return unescapeHtml(echo) === sent ? true : null;
}

/** The config with the value found out, so that all processes know it. A configured value is kept. */
export async function withLearnedEscaping<T extends MessageGatewayConfig>(
  config: T,
  state: ConnectorState,
): Promise<T> {
  if (config.unescapeHtml !== undefined) return config;
  const found = foundShape.safeParse(await state.get(key));
  return found.success && found.data.isEscaped ? { ...config, unescapeHtml: true } : config;
}
