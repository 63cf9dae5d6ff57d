/**
 * Links by which a remote fetches a file of a message without a token of the portal. A link is sealed: it says itself whose file it leads to
 * and until when, and nobody else can make one.
 */
import { z } from 'zod';
import { Misconfigured } from '../core/errors.ts';
import type { FileRef } from '../core/events.ts';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from '../lib/encryption.ts';

/** Where the message with the file was delivered to. */
export interface FilePlace {
  readonly portal: string;
  readonly connection: string;
  /** Our name of the conversation. */
  readonly ref: string;
}

/** What a link leads to. */
export interface LinkedFile extends FilePlace {
  readonly fileId: string;
  readonly name: string;
}

export interface FileLinks {
  /** Throws Misconfigured `files.no_links` for a connector without a connection. */
  make(place: FilePlace, file: FileRef): string;
  /** Null for everything that was not sealed here, and for what has expired. */
  open(sealed: string): LinkedFile | null;
}

export interface FileLinksOptions {
  readonly sealer: Sealer;
  readonly publicUrl: string;
  readonly validHours: number;
  readonly clock: Pick<Clock, 'now'>;
}

const context = 'file.link';

/** The end of a longer name is kept: it says what kind of file it is. */
const nameLength = 100;

/** Longer texts are not ours. */
const maxSealedLength = 2_000;

const sealedSchema = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.number()]);

export function createFileLinks({ sealer, publicUrl, validHours, clock }: FileLinksOptions): FileLinks {
  const now = (): number => clock.now().getTime();
  return {
    make({ portal, connection, ref }, { id, name }) {
      if (portal === '') refuseFileLinks();
      const until = now() + validHours * 3_600_000;
      const content = JSON.stringify([portal, connection, ref, id, name.slice(-nameLength).toWellFormed(), until]);
      return `${publicUrl}/files/${sealer.seal(content, context).toString('base64url')}`;
    },
    open(sealed) {
      if (sealed.length > maxSealedLength) return null;
      try {
        const box = Buffer.from(sealed, 'base64url');
        // Node passes over what is not base64url; a link has one spelling only.
        if (box.toString('base64url') !== sealed) return null;
        const plain = sealer.open(box, context);
        const [portal, connection, ref, fileId, name, until] = sealedSchema.parse(JSON.parse(plain));
        return now() < until ? { portal, connection, ref, fileId, name } : null;
      } catch {
        // Forged, damaged, and sealed with a key that is gone are alike.
        return null;
      }
    },
  };
}

/** Where the app serves no links to files. Throws Misconfigured `files.no_links`. */
export function refuseFileLinks(): never {
  throw new Misconfigured({ code: 'files.no_links', message: 'this app gives no links to files' });
}
