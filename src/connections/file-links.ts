/** Links to files of portals. */
import { Misconfigured } from '../core/errors.ts';

/** Where the app serves no links to files. Throws Misconfigured `files.no_links`. */
export function refuseFileLinks(): never {
  throw new Misconfigured({ code: 'files.no_links', message: 'this app gives no links to files' });
}
