/**
 * Lets one living process at a time own a folder, by a file with its process number and start time in it. What the dead
 * left behind is taken over.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.ts';

const attempts = 20;
const pauseMs = 20;
const forgottenMs = 10_000;

/**
 * Claims ownership through `file` for this process. Gives back the function that lets go, or undefined when another
 * living process (or this one, earlier) owns it.
 */
export async function claimOwnership(file: string): Promise<(() => Promise<void>) | undefined> {
  const identity = await processIdentity(process.pid);
  const claim = `${process.pid}\n${identity ?? ''}\n`;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (await createNew(file, claim)) return () => letGo(file, claim);
    const found = await readIfThere(file);
    if (found === undefined) continue;
    if (await isAlive(found)) return undefined;
    await removeStale(file, found);
  }
  return undefined;
}

async function isAlive(claim: string): Promise<boolean> {
  const [pid, identity] = claim.split('\n');
  const living = await processIdentity(Number(pid));
  return living !== undefined && living === identity;
}

/**
 * Removes the stale file, unless it is no longer the one that was read. Two that find the same stale file must not remove
 * each other's fresh claim, so the right to remove is a second, exclusive name of that very file.
 */
async function removeStale(file: string, stale: string): Promise<void> {
  const right = `${file}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
  try {
    await link(file, right);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) await removeForgotten(right);
    else if (!hasCode(error, 'ENOENT')) throw error;
    return;
  }
  if ((await readIfThere(right)) === stale) await rm(file, { force: true });
  await rm(right, { force: true });
}

/** The right to remove is held for milliseconds; one held for long is from a process that died with it. */
async function removeForgotten(right: string): Promise<void> {
  try {
    const { ctimeMs } = await stat(right);
    if (Date.now() - ctimeMs > forgottenMs) await rm(right, { force: true });
    else await delay(pauseMs);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function letGo(file: string, claim: string): Promise<void> {
  if ((await readIfThere(file)) === claim) await rm(file, { force: true });
}

async function createNew(file: string, content: string): Promise<boolean> {
  // Written aside and then named, so that nobody reads a claim that is still empty.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o644 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
