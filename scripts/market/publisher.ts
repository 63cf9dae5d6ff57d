/** Reads who publishes the solution. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { CardLanguage, Publisher } from '../../install/market/card.ts';

const text = z.string().trim().min(1);
const page = z.url({ protocol: /^https$/ });

const publisherSchema = z.strictObject({
  solution: text,
  legalEntity: text,
  address: text,
  supportEmail: z.email(),
  supportPhone: text,
  supportUrl: page,
  supportHours: text,
  supportReaction: text,
  eulaUrl: page,
  privacyUrl: page,
  crmPricesUrl: page,
  keepHours: z.string().regex(/^\d{1,3}$/),
  retentionDays: z.string().regex(/^\d{1,4}$/),
}) satisfies z.ZodType<Publisher>;

const publishersSchema = z.strictObject({ ru: publisherSchema, en: publisherSchema });

/** One publisher for each card: the two regions have titles, contacts and documents of their own. */
export type Publishers = Readonly<Record<CardLanguage, Publisher>>;

/** The names that texts may use between double braces. */
export const publisherFields: readonly string[] = Object.keys(publisherSchema.shape);

export const examplePublisher = fileURLToPath(new URL('../../install/market/publisher.example.json', import.meta.url));

/** Throws with every missing or wrong field. */
export function readPublishers(file: string): Publishers {
  const parsed = publishersSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${file} does not say who publishes the solution:\n${problems.join('\n')}`);
}
