/** Finds the script's answer in what a call returns (setting `answerPath`). */
import { parseJson } from '../../lib/bounded-json.ts';
import { unreadableAnswer } from './metabot-api.ts';

/** The part of the body that holds the script's answer. Throws `metabot.unreadable_answer` for a body that is not JSON. */
export function contentOf(body: Buffer, path: string): unknown {
  return body.toString('utf8').trim() === '' ? null : contentAt(readJson(body), path);
}

/** The same in a body that was parsed already. */
export function contentAt(body: unknown, path: string): unknown {
  const whole = withinText(body);
  return path === '' ? whole : withinText(path.split('.').reduce(partOf, whole));
}

function partOf(whole: unknown, name: string): unknown {
  return typeof whole === 'object' && whole !== null && Object.hasOwn(whole, name)
    ? Object.entries(whole).find(([key]) => key === name)?.[1]
    : null;
}

function readJson(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch {
    throw unreadableAnswer();
  }
}

/** A script may return its answer as text that holds JSON; other text stays as it is. */
function withinText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJson(value);
  } catch {
    // A sentence that begins with a bracket.
    return value;
  }
}
