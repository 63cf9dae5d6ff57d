/** The takeover summary: what was said while people in Bitrix24 led a conversation, for managers. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { MissedMessage } from '../../../core/connector-tools.ts';
import type { MgContext } from '../context.ts';
import { managerTexts } from '../texts/manager-texts.ts';

/** Longest line of the summary, so that one long message does not push out all others. */
const maxLine = 500;

/** `21.11.2026 12:00:05 – 12:40:11 (UTC)`; with a second date if it ends on another day. */
export function spanOf(since: string, until: string, timeZone: string): string {
  const [firstDay, firstTime] = momentOf(since, timeZone);
  const [lastDay, lastTime] = momentOf(until, timeZone);
  const end = firstDay === lastDay ? lastTime : `${lastDay} ${lastTime}`;
  return `${firstDay} ${firstTime} – ${end} (${timeZone})`;
}

function momentOf(moment: string, timeZone: string): readonly [day: string, time: string] {
  const day = new Intl.DateTimeFormat('ru', { timeZone, day: '2-digit', month: '2-digit', year: 'numeric' });
  const time = new Intl.DateTimeFormat('ru', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return [day.format(new Date(moment)), time.format(new Date(moment))];
}

/** The last messages within the configured length; empty where there are none, or no summary is configured. */
export async function takeoverSummary(
  context: MgContext,
  to: ConversationRef,
  since: string,
  until: string,
): Promise<string> {
  const { summaryLength, language, mirrorWhilePersonLeads } = context.config;
  // With mirroring, managers have seen each message already.
  if (summaryLength === 0 || mirrorWhilePersonLeads) return '';
  const said = await context.tools.missedMessages(to, new Date(since), new Date(until));
  const lines = said.map(lineOf).filter((line) => line !== '');
  if (lines.length === 0) return '';
  const messages = managerTexts(language);
  const kept = lastThatFit(lines, summaryLength);
  const left = lines.length - kept.length;
  return [messages.takeoverSummary, ...(left === 0 ? [] : [messages.earlier(left)]), ...kept].join('\n');
}

function lineOf({ author, text, files }: MissedMessage): string {
  const words = [oneLine(text), ...files.map((name) => `📎 ${name}`)];
  const said = words.filter((part) => part !== '').join(' ');
  if (said === '') return '';
  const name = author.name.trim() === '' ? '—' : author.name.trim();
  const line = `${name}: ${said}`;
  return line.length <= maxLine ? line : `${line.slice(0, maxLine).toWellFormed()}…`;
}

/** Joins the lines of a text; empty ones are left out. */
export function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' / ');
}

function lastThatFit(lines: readonly string[], length: number): readonly string[] {
  let left = length;
  let first = lines.length;
  while (first > 0) {
    left -= (lines[first - 1]?.length ?? 0) + 1;
    if (left < 0) break;
    first -= 1;
  }
  return lines.slice(first);
}
