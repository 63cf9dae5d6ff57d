/**
 * Seals secrets for storage (AES-256-GCM) and offers the few digests and random tokens the app needs. Where keys come
 * from and which columns are sealed is decided elsewhere.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hash,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto';
import { Misconfigured } from '../core/errors.ts';

/** Sealing keys, 32 bytes each. `previous` only opens: what was sealed before a rotation stays readable. */
export interface SealingKeys {
  readonly current: Buffer;
  readonly previous?: Buffer;
}

export interface Sealer {
  /**
   * Encrypts text. `context` says where the sealed value belongs (for example `table.column:row`); it is not stored, but a
   * value moved to another place does not open there.
   */
  seal(plain: string, context: string): Buffer;
  /**
   * Gives back the text. Throws Misconfigured: `encryption.wrong_key` when the value was sealed with a key that this sealer does not have,
   * `encryption.damaged` when it was changed, cut short, or belongs to another context.
   */
  open(sealed: Buffer, context: string): string;
}

const algorithm = 'aes-256-gcm';
const version = 1;
const keyBytes = 32;
const keyIdBytes = 4;
/** 96 bits: the nonce size GCM is specified for (NIST SP 800-38D); random nonces are safe to about 2^32 values per key. */
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes;
const shortest = headerBytes + nonceBytes + tagBytes;

/**
 * Makes a sealer. Layout of a sealed value: version (1 byte), key id (first 4 bytes of the key's SHA-256), nonce (12), tag (16),
 * ciphertext. Header and context are authenticated. Throws Misconfigured `encryption.bad_key` for a key of another length.
 */
export function createSealer(keys: SealingKeys): Sealer {
  const known = [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])].map(prepareKey);
  const [current] = known;
  if (current === undefined) throw new Error('a sealer needs a key');
  return {
    seal(plain, context) {
      const header = Buffer.concat([Buffer.of(version), current.id]);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, current.key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(boundTo(header, context));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, context) {
      if (sealed.length < shortest || sealed[0] !== version) throw damaged();
      const header = sealed.subarray(0, headerBytes);
      const owner = known.find(({ id }) => id.equals(header.subarray(1)));
      if (owner === undefined) throw wrongKey();
      const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
      const decipher = createDecipheriv(algorithm, owner.key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(boundTo(header, context));
      decipher.setAuthTag(sealed.subarray(headerBytes + nonceBytes, shortest));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(shortest)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw damaged(cause);
      }
    },
  };
}

/** The id by which sealed values name the key they were sealed with: 8 hexadecimal digits, which reveal nothing of the key. */
export function keyIdOf(key: Buffer): string {
  return prepareKey(key).id.toString('hex');
}

/** SHA-256 of a text's UTF-8 bytes, 32 bytes. */
export function sha256(plain: string): Buffer {
  return hash('sha256', plain, 'buffer');
}

/** Whether two digests are equal, in a time that does not depend on where they differ. Digests of different lengths are never equal. */
export function sameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

const pool = Buffer.alloc(4_096);
let poolAt = pool.length;

/** A random token that fits into a URL path (base64url). 24 bytes make 32 characters and 192 bits. */
export function randomToken(bytes = 24): string {
  const from = takeRandom(bytes);
  return pool.toString('base64url', from, from + bytes);
}

/** Random bytes in lower-case hexadecimal digits. */
export function randomHex(bytes: number): string {
  const from = takeRandom(bytes);
  return pool.toString('hex', from, from + bytes);
}

/** Takes this many unused bytes from the pool, and returns the position where they begin. */
function takeRandom(bytes: number): number {
  if (poolAt + bytes > pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += bytes;
  return poolAt - bytes;
}

function prepareKey(key: Buffer): { readonly key: Buffer; readonly id: Buffer } {
  if (key.length !== keyBytes) {
    throw new Misconfigured({
      code: 'encryption.bad_key',
      message: `an encryption key must be ${keyBytes} bytes long, this one has ${key.length}`,
    });
  }
  return { key, id: createHash('sha256').update(key).digest().subarray(0, keyIdBytes) };
}

function boundTo(header: Buffer, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context, 'utf8')]);
}

function wrongKey(): Misconfigured {
  return new Misconfigured({
    code: 'encryption.wrong_key',
    message: 'a stored secret was sealed with a key this process does not have; set the former key as the previous one',
  });
}

function damaged(cause?: unknown): Misconfigured {
  return new Misconfigured({
    code: 'encryption.damaged',
    message: 'a stored secret cannot be opened: it was changed, cut short, or belongs to another place',
    cause,
  });
}
