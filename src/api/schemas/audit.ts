/** The audit list: what people changed, and who did it. */
import { z } from 'zod';
import { momentSchema } from './common.ts';

export const auditEntrySchema = z.object({
  id: z.string(),
  at: momentSchema,
  /** Null: the command line of the installation. */
  userId: z.string().nullable(),
  userName: z.string().nullable(),
  /** `bot.changed` */
  action: z.string(),
  /** What was changed: the code of a bot, the id of a connection. */
  subject: z.string(),
  /** Usually `from` and `to`, with the facts that changed. */
  details: z.record(z.string(), z.unknown()),
});

export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  /** For `before` of the next page; null: there is none. */
  next: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;
