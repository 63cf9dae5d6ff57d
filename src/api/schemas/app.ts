/** What the pages need to know first: the portal, the visitor, the brains there are. */
import { z } from 'zod';
import { languageSchema, momentSchema, textSchema, textsSchema } from './common.ts';

export const offeredBrainSchema = z.object({
  name: z.string(),
  title: textsSchema,
  /** Who answers, and for whom it is meant; null: it says nothing of itself. */
  about: textsSchema.nullable(),
  /** False: bots that have it tell people that nobody answers yet. */
  isAnswering: z.boolean(),
  /** An account has to be connected before a bot can use it. */
  needsAccount: z.boolean(),
  /** Its accounts are connected and changed by a form: `GET /api/connections/forms`. */
  hasForm: z.boolean(),
  /** The page on which its accounts are connected, with a code of `POST /api/connect-codes`; null: none. */
  connectPath: z.string().nullable(),
});

export const portalSchema = z.object({
  domain: z.string(),
  /** disconnected: an administrator has to open the app · suspended: it refuses every call. */
  state: z.enum(['installed', 'disconnected', 'suspended', 'uninstalled']),
  /** Why the portal sends no events; null: it does. */
  appProblem: z.enum(['not_finished', 'payment_expired']).nullable(),
  /** For example `ru_ent250`; empty where it is not known. */
  plan: z.string(),
  /** The portal's own language code. */
  language: z.string(),
  installedAt: momentSchema,
  /** When the last set-up succeeded; null: none has yet. */
  setUpAt: momentSchema.nullable(),
  /** Why the last set-up failed; null: it did not. */
  setUpProblem: z.string().nullable(),
  /** A set-up has succeeded since the page was opened: the installation wizard goes on. */
  isSetUpSinceOpened: z.boolean(),
  maxBots: z.int(),
});

export const visitorSchema = z.object({
  userId: z.string(),
  name: z.string(),
  /** admin: changes · reader: looks · none: the administrators have not allowed it. */
  role: z.enum(['admin', 'reader', 'none']),
  language: languageSchema,
});

export const appSchema = z.object({
  visitor: visitorSchema,
  /** Null for a visitor who may not read; the list of brains is empty then, too. */
  portal: portalSchema.nullable(),
  brains: z.array(offeredBrainSchema),
  version: z.string(),
});
export type AppFacts = z.infer<typeof appSchema>;

/** The request for a new session. */
export const renewalSchema = z.strictObject({
  /** The visitor's token, from the portal around the page, with which the app asks the portal for the role again. Absent: it does not ask. */
  accessToken: textSchema(2_000).min(1).optional(),
});

export const sessionSchema = z.object({
  session: z.string(),
  /** When the session is over; renew it before. */
  until: momentSchema,
  /** The session cannot be renewed beyond this moment: then the visitor has to open the page anew. */
  lastRenewalBefore: momentSchema,
});
export type RenewedSession = z.infer<typeof sessionSchema>;
