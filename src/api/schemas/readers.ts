/** Who may read the pages besides the administrators of the portal. */
import { z } from 'zod';

export const readersSchema = z.object({
  /** Everybody of the portal, or the employees with these ids. */
  readers: z.union([z.enum(['nobody', 'everyone']), z.array(z.string().regex(/^[1-9]\d{0,15}$/)).max(500)]),
});
export type ReadersAnswer = z.infer<typeof readersSchema>;
