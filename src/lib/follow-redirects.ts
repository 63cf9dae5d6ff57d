/** Follows the redirects of a file's address: storage services redirect from a lasting address to a temporary one. */
import { badInput } from '../core/errors.ts';
import type { OpenedUrl, OpenUrlRequest } from '../core/opened-file.ts';

const maxRedirects = 3;

/**
 * The first answer that is not a redirect; or the redirect itself if its target is not an address, or if it is the fourth. Throws BadInput
 * `file.no_address` for text that is not an address (the file of another brain), and what `open` throws, which judges each address.
 */
export async function followRedirects(
  open: (request: OpenUrlRequest) => Promise<OpenedUrl>,
  address: string,
  limits: Pick<OpenUrlRequest, 'maxBytes' | 'signal'>,
): Promise<OpenedUrl> {
  const first = URL.parse(address);
  if (first === null) throw badInput('file.no_address', 'the file is not named by an address');
  let url: URL = first;
  for (let redirects = 0; ; redirects += 1) {
    const opened = await open({ ...limits, url });
    const { location } = opened.headers;
    const isRedirect = opened.status >= 300 && opened.status < 400 && location !== undefined;
    const next: URL | null = isRedirect && redirects < maxRedirects ? URL.parse(location, url.href) : null;
    if (next === null) return opened;
    url = next;
  }
}
