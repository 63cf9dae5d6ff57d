/** Names, secrets and addresses of the portals of a large installation; the app's database, the load and the far end compute them alike. */
import { createHash } from 'node:crypto';

export const dialogsPerPortal = 20;

/** Each answered message is recognised by the number in its text, which begins here. */
export const firstMessage = 100_000_001;

/** The first dialog of every portal. */
export const firstDialog = 100_001;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** SQL in `fill-portals.ts` computes the same. */
export const memberIdOf = (portal: number): string => md5(`portal ${portal}`);
export const applicationTokenOf = (portal: number): string => md5(`application ${portal}`);

/** Each portal has an address of its own, as in life: connections to one are of no use for another. */
export const hostOf = (portal: number): string => `127.1.${portal >> 8}.${portal & 255}`;

export const restUrlOf = (portal: number, port: number): string => `http://${hostOf(portal)}:${port}/p${portal}/rest/`;

/** The tokens as they were when the app was installed; the access token has expired. */
export const firstTokensOf = (portal: number) => ({ access: `a.${portal}.0`, refresh: `r.${portal}.0` });
