/**
 * The file of a backup: gzip over lines of text. Each line begins with a letter: `H` the header (once, first), `T` a table, `R` one of its rows, `E`
 * the end, with the number of rows and the SHA-256 of all lines before it. What follows the letter is JSON, so that `gzip -cd file | grep ^H` shows
 * what a file is.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { badInput } from '../../core/errors.ts';
import { codeOf } from '../../lib/code-of.ts';
import type { DumpedItem } from '../../store/backup/load.ts';

const format = 'bot-bridge backup 1';

const headerSchema = z.object({
  format: z.literal(format),
  madeAt: z.iso.datetime(),
  appVersion: z.string(),
  publicUrl: z.string().nullable(),
  migrations: z.array(z.object({ name: z.string().regex(/^[\w.-]+$/), checksum: z.string() })).max(10_000),
  keyIds: z.array(z.string().regex(/^[\da-f]{8}$/)),
  isAppRunning: z.boolean(),
});

/** The header of a backup. */
export type BackupHeader = z.output<typeof headerSchema>;

const tableSchema = z.object({ name: z.string(), columns: z.array(z.string()) });
const endSchema = z.object({ rows: z.int(), sha256: z.string() });

/** Fast, and small enough, because the rows are text. */
const compression = { level: 3 };

export interface BackupWriter {
  header(facts: Omit<BackupHeader, 'format'>): Promise<void>;
  table(table: z.output<typeof tableSchema>): Promise<void>;
  rows(rows: readonly string[]): Promise<void>;
}

/**
 * Writes a file that only its owner can read. The file gets its name only when it is complete, and never replaces another. Throws BadInput
 * `backup.file_exists` and `backup.cannot_write`.
 *
 * @returns its size in bytes
 */
export async function writeBackup(path: string, fill: (writer: BackupWriter) => Promise<void>): Promise<number> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw cannotWrite(partial, error);
  });
  try {
    const gzip = createGzip(compression);
    const written = pipeline(gzip, createWriteStream(partial, { fd: file.fd, autoClose: false }));
    // Only prevents an unhandled rejection: the race or the `await` below reports the failure.
    written.catch(() => undefined);
    await Promise.race([fillLines(gzip, fill), written.then(() => Promise.reject(new Error('the file was closed')))]);
    gzip.end();
    await written;
    await file.sync();
    const { size } = await file.stat();
    await link(partial, path).catch((error: unknown) => {
      throw cannotWrite(path, error);
    });
    return size;
  } finally {
    await file.close();
    await unlink(partial);
  }
}

async function fillLines(
  gzip: ReturnType<typeof createGzip>,
  fill: (writer: BackupWriter) => Promise<void>,
): Promise<void> {
  const digest = createHash('sha256');
  let count = 0;
  async function write(text: string): Promise<void> {
    if (!gzip.write(text)) await once(gzip, 'drain');
  }
  async function lines(letter: string, values: readonly string[]): Promise<void> {
    const text = values.map((value) => `${letter}${value}\n`).join('');
    digest.update(text);
    await write(text);
  }
  await fill({
    header: (facts) => lines('H', [JSON.stringify({ format, ...facts })]),
    table: ({ name, columns }) => lines('T', [JSON.stringify({ name, columns })]),
    rows(rows) {
      count += rows.length;
      return lines('R', rows);
    },
  });
  await write(`E${JSON.stringify({ rows: count, sha256: digest.digest('hex') })}\n`);
}

function cannotWrite(path: string, error: unknown) {
  const code = codeOf(error);
  if (code !== 'EEXIST') return badInput('backup.cannot_write', `${path} cannot be written (${code})`);
  return badInput('backup.file_exists', `${path} exists already; give another name, or remove it first`);
}

/** Reads the header of a backup. Throws BadInput `backup.not_a_backup` and `backup.cannot_read`. */
export async function readHeader(path: string): Promise<BackupHeader> {
  for await (const line of linesOf(path)) return headerOf(line);
  throw notABackup(path);
}

/** A batch of rows ends at whichever limit it reaches first. */
const batch = { rows: 1_000, bytes: 512 * 1024 };

/**
 * Yields everything after the header. Throws BadInput `backup.damaged` if the file was cut or changed: only a caller that reads it to its end knows
 * that it is whole.
 */
export async function* readItems(path: string): AsyncGenerator<DumpedItem> {
  const digest = createHash('sha256');
  let rows: string[] = [];
  let bytes = 0;
  let count = 0;
  let isEnded = false;
  for await (const line of linesOf(path)) {
    const content = line.slice(1);
    if (isEnded) throw damaged(path);
    if (line[0] === 'E') {
      const end = parsed(path, endSchema, content);
      if (end.rows !== count || end.sha256 !== digest.digest('hex')) throw damaged(path);
      isEnded = true;
      continue;
    }
    digest.update(`${line}\n`);
    if (line[0] === 'R') {
      rows.push(content);
      bytes += content.length;
      count += 1;
    }
    if (rows.length > 0 && (line[0] !== 'R' || rows.length >= batch.rows || bytes >= batch.bytes)) {
      yield { rows };
      rows = [];
      bytes = 0;
    }
    if (line[0] === 'T') yield { table: parsed(path, tableSchema, content) };
  }
  if (!isEnded) throw damaged(path);
  if (rows.length > 0) yield { rows };
}

/** Reads the whole file and returns how many rows it holds. Throws what `readItems` throws. */
export async function verifyBackup(path: string): Promise<number> {
  let count = 0;
  for await (const item of readItems(path)) if ('rows' in item) count += item.rows.length;
  return count;
}

/** In bytes; a longer line is damage, because a row with the largest body has 8 MB. */
const longestLine = 64 * 1024 * 1024;

async function* linesOf(path: string): AsyncGenerator<string> {
  const gunzip = createGunzip();
  const reading = pipeline(createReadStream(path), gunzip);
  // The same error ends the loop below.
  reading.catch(() => undefined);
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
        rest = [];
        restBytes = 0;
        from = at + 1;
      }
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      if (restBytes > longestLine) throw damaged(path);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (restBytes > 0) throw damaged(path);
}

function unreadable(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'Z_DATA_ERROR' && error instanceof Error && /header/.test(error.message)) return notABackup(path);
  if (code.startsWith('Z_')) return damaged(path);
  if (/^E[A-Z]+$/.test(code)) return badInput('backup.cannot_read', `${path} cannot be read (${code})`);
  return error;
}

function headerOf(line: string): BackupHeader {
  if (line.startsWith('H')) return parsed('the file', headerSchema, line.slice(1));
  throw notABackup('the file');
}

function parsed<T>(path: string, schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // The parsers' own messages quote what people wrote.
    throw damaged(path);
  }
}

function notABackup(path: string) {
  return badInput('backup.not_a_backup', `${path} is not a backup that this program has made`);
}

function damaged(path: string) {
  return badInput('backup.damaged', `${path} is damaged: it was cut off or changed. Nothing of it can be trusted`);
}
