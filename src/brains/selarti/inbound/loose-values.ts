/** Reads values of webhooks whose types are not documented. */
import { isRecord } from '../../../core/is-record.ts';

const yesWords: ReadonlySet<string> = new Set(['true', '1', 'yes', 'y', 'да', 'on']);

/** Text, or a number as text; empty for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** True for yes in any of its spellings. Everything else is no, also empty text and an absent field. @param further more words for yes, in any case */
export function isYes(value: unknown, further: readonly string[] = []): boolean {
  if (typeof value === 'boolean') return value;
  const word = wordOf(value);
  return word !== '' && (yesWords.has(word) || further.some((one) => wordOf(one) === word));
}

const noWords: ReadonlySet<string> = new Set(['false', '0', 'no', 'n', 'нет', 'off', 'null']);

/** Whether the value is a known spelling of no. An unknown word counts as no too, but may mean yes. */
export function isNo(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return textOf(value).trim() === '' ? typeof value === 'string' : noWords.has(wordOf(value));
}

/** A short text, trimmed and in lower case; empty for long texts. */
export function wordOf(value: unknown): string {
  const text = textOf(value);
  return text.length > 100 ? '' : text.trim().toLowerCase();
}

const maxItems = 20;

/** Contact data, whether it is a text, a list or an object, as one line. @param maxLength characters */
export function lineOf(value: unknown, maxLength: number): string {
  const text = Array.isArray(value)
    ? value
        .slice(0, maxItems)
        .map((item) => lineOf(item, maxLength))
        .filter((item) => item !== '')
        .join(', ')
    : isRecord(value)
      ? Object.entries(value)
          .slice(0, maxItems)
          .map(([name, item]) => pairOf(name, lineOf(item, maxLength)))
          .filter((item) => item !== '')
          .join(', ')
      : textOf(value).slice(0, maxLength).replace(/\s/g, ' ').trim();
  return text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text;
}

function pairOf(name: string, value: string): string {
  return value === '' ? '' : `${name.slice(0, 50)}: ${value}`;
}
