/** Recorded payloads of Bitrix24, by file name without `.json`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../fixtures/bitrix24/', import.meta.url));

export interface Fixture {
  readonly name: string;
  /** The raw body as it is sent. */
  readonly body: string;
  /** Its `name=value` pairs, decoded; empty for a body that is not a form. */
  readonly pairs: readonly string[];
}

export function fixture(name: string): Fixture {
  const file = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8'));
  return { name, body: file.body, pairs: file.body_decoded_pairs ?? [] };
}

/** Names of the fixtures that begin with `start`. */
export function fixtureNames(start: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => name.replace(/\.json$/, ''));
}

/** Names of the recorded bodies for the event endpoint. Posts to the app's pages have an `event` too, but go to other addresses. */
export function recordedEvents(): string[] {
  return fixtureNames('').filter(
    (name) => !name.startsWith('page-') && fixture(name).pairs.some((pair) => pair.startsWith('event=')),
  );
}

/** The pairs as a form body, in the given order. */
export function formOf(pairs: readonly string[]): Buffer {
  const encoded = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return `${encodeURIComponent(pair.slice(0, at))}=${encodeURIComponent(pair.slice(at + 1))}`;
  });
  return Buffer.from(encoded.join('&'));
}
