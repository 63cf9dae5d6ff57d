/** The type of a forged request, and functions from which forgers build them. */
import { randomBytes } from 'node:crypto';
import { readPageData } from '../../support/page-data.ts';
import type { Posted, PostOptions } from './post.ts';
import type { Random } from './random.ts';

export interface Forgery {
  readonly path: string;
  readonly body: string;
  readonly options?: PostOptions;
}

export interface Forger {
  readonly name: string;
  /** How often this forger is used, in percent. */
  readonly share: number;
  make(random: Random): Forgery;
  /** Whether this answer means that the app accepted the forgery. */
  isAccepted(answer: Posted): boolean;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What an attacker has: tokens that are valid elsewhere. */
export interface Loot {
  /** Of an administrator of the second portal, for our app. */
  readonly ofOtherPortal: Tokens;
  /** Of an administrator of the first portal, for another vendor's app. */
  readonly ofOtherApp: Tokens;
  /** The page session of the first portal's employee who is no administrator. */
  readonly employeeSession: string;
  readonly adminSession: string;
}

export const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/**
 * A secret that is almost the correct one. It never ends with an added NUL: the form reader drops NULs because they cannot be stored, so that
 * would be the correct secret.
 */
export function nearly(secret: string, random: Random): string {
  const at = random.below(secret.length);
  const other = secret[at] === '0' ? '1' : '0';
  return random.pick([
    `${secret.slice(0, at)}${other}${secret.slice(at + 1)}`,
    secret.slice(0, -1),
    `${secret}0`,
    ` ${secret}`,
    secret.toUpperCase() === secret ? `${secret}x` : secret.toUpperCase(),
    '',
    '0',
    'null',
    'true',
  ]);
}

export const anyText = (random: Random): string =>
  random.pick([hex(16), hex(22), 'a'.repeat(70), '1', '%00', '*', "' or ''='"]);

export const isOk = ({ status }: Posted): boolean => status >= 200 && status < 300;

export function hasSession({ status, text }: Posted): boolean {
  return status === 200 && text.includes('page-data') && readPageData(text).session !== null;
}
