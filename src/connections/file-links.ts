/**
 * Two kinds of links to files: with one, a remote fetches a file of a message without a token of the portal; with the other, the portal's staff open
 * a file that a brain has sent to them alone. A link is sealed: it says itself whose file it leads to and until when, and nobody else can make one.
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

/** A file of a message in the portal. */
interface PortalsFile extends FilePlace {
  readonly of: 'portal';
  readonly fileId: string;
  readonly name: string;
}

/** A file that a brain has sent to the portal's staff. */
export interface BrainsFile extends Pick<FilePlace, 'portal' | 'connection'> {
  readonly of: 'brain';
  readonly file: FileRef;
  readonly name: string;
}

/** What a link leads to. */
export type LinkedFile = PortalsFile | BrainsFile;

export interface FileLinks {
  /** Throws Misconfigured `files.no_links` for a connector without a connection. */
  make(place: FilePlace, file: FileRef): string;
  /** Null for a brain without connections, and where the brain's name of the file is too long for a link. */
  makeForStaff(portal: string, connection: string | null, file: FileRef): string | null;
  /** Null for a link that was not sealed here, or has expired. */
  open(sealed: string): LinkedFile | null;
}

export interface FileLinksOptions {
  readonly sealer: Sealer;
  readonly publicUrl: string;
  readonly validHours: number;
  readonly clock: Pick<Clock, 'now'>;
}

/** Contexts of the sealer, so that one kind of link cannot be taken for the other. */
const contexts = { portal: 'file.link', brain: 'file.for_staff' } as const;

/** The end of a longer name is kept: it says what kind of file it is. */
const nameLength = 100;

/** Proxies usually take request lines of 8 KB. Names of files up to 5 KB fit: most brains name a file by its address. */
const maxSealedLength = 7_500;

const nameOf = ({ name }: FileRef): string => name.slice(-nameLength).toWellFormed();

const portalsSchema = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string(), z.number()]);
const brainsSchema = z.tuple([
  z.string(),
  z.string(),
  z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['file', 'image', 'video', 'audio']),
    size: z.number().nullable(),
  }),
  z.number(),
]);

export function createFileLinks({ sealer, publicUrl, validHours, clock }: FileLinksOptions): FileLinks {
  const now = (): number => clock.now().getTime();
  const until = (): number => now() + validHours * 3_600_000;
  const sealed = (content: unknown, of: LinkedFile['of']): string =>
    sealer.seal(JSON.stringify(content), contexts[of]).toString('base64url');
  const opened = (box: Buffer, of: LinkedFile['of']): unknown => {
    try {
      return JSON.parse(sealer.open(box, contexts[of]));
    } catch {
      // Forged, damaged, of another kind, or sealed with a key that is gone: the link is not valid.
      return null;
    }
  };
  return {
    make({ portal, connection, ref }, file) {
      if (portal === '') refuseFileLinks();
      return `${publicUrl}/files/${sealed([portal, connection, ref, file.id, nameOf(file), until()], 'portal')}`;
    },
    makeForStaff(portal, connection, file) {
      if (connection === null) return null;
      const { id, kind, size } = file;
      const link = sealed([portal, connection, { id, name: nameOf(file), kind, size }, until()], 'brain');
      return link.length > maxSealedLength ? null : `${publicUrl}/files/${link}`;
    },
    open(link) {
      if (link.length > maxSealedLength) return null;
      const box = Buffer.from(link, 'base64url');
      // Node ignores characters that are not base64url; a link has one spelling only.
      if (box.toString('base64url') !== link) return null;
      const ofPortal = portalsSchema.safeParse(opened(box, 'portal'));
      if (ofPortal.success) {
        const [portal, connection, ref, fileId, name, end] = ofPortal.data;
        return now() < end ? { of: 'portal', portal, connection, ref, fileId, name } : null;
      }
      const ofBrain = brainsSchema.safeParse(opened(box, 'brain'));
      if (!ofBrain.success) return null;
      const [portal, connection, file, end] = ofBrain.data;
      return now() < end ? { of: 'brain', portal, connection, file, name: file.name } : null;
    },
  };
}

/** For parts of the app that make no links to files. Throws Misconfigured `files.no_links`. */
export function refuseFileLinks(): never {
  throw new Misconfigured({ code: 'files.no_links', message: 'this app gives no links to files' });
}
