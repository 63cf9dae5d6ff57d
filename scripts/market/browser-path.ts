/** Where Chromium is on this machine. */
import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Its path; undefined if there is none. */
export function findBrowser(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? places.find((place) => existsSync(place));
}

/** Its path. Throws if there is none. */
export function browserPath(): string {
  const path = findBrowser();
  if (path === undefined) throw new Error('this needs Chromium: install it, or name it in CHROMIUM_PATH');
  return path;
}
