/** Reads npm's bill of materials and npm's audit. Pure. */
import { z } from 'zod';

/**
 * The licences (SPDX) that production dependencies may have: all allow using, changing and selling the app on no other condition than
 * naming them.
 */
const allowedLicences = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'PostgreSQL',
]);

export interface Component {
  /** `name@version`. */
  readonly name: string;
  /** SPDX id or expression; `unknown` where the package names none. */
  readonly licence: string;
}

const licenceShape = z.union([
  z.object({ expression: z.string() }).transform(({ expression }) => expression),
  z
    .object({ license: z.object({ id: z.string().optional(), name: z.string().optional() }) })
    .transform(({ license }) => license.id ?? license.name ?? 'unknown'),
]);

const billShape = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z
    .array(
      z.object({
        name: z.string(),
        group: z.string().optional(),
        version: z.string(),
        licenses: z.array(licenceShape).optional(),
      }),
    )
    .min(1),
});

/** Throws if the text is not a bill of materials, or is an empty one, which must not count as a successful check. */
export function listComponents(bill: string): readonly Component[] {
  return billShape.parse(JSON.parse(bill)).components.map(({ name, version, licenses }) => ({
    name: `${name}@${version}`,
    licence: licenses === undefined || licenses.length === 0 ? 'unknown' : licenses.join(' AND '),
  }));
}

/** The components whose licence is not on the list. `A OR B` needs one of both on the list, `A AND B` needs both. */
export function refusedLicences(components: readonly Component[]): readonly Component[] {
  return components.filter(({ licence }) => !isAllowed(licence));
}

function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, ' ').trim();
  return plain.split(/\s+AND\s+/).every((part) => part.split(/\s+OR\s+/).some((id) => allowedLicences.has(id.trim())));
}

const auditShape = z.object({
  metadata: z.object({
    vulnerabilities: z.object({ low: z.number(), moderate: z.number(), high: z.number(), critical: z.number() }),
  }),
});

/** A sentence with the findings of `npm audit --json`, or one that says that the registry could not be asked. */
export function auditSentence(output: string): string {
  const audit = auditShape.safeParse(parse(output));
  if (!audit.success) return 'npm audit: the registry did not answer, so known vulnerabilities were NOT checked';
  const { low, moderate, high, critical } = audit.data.metadata.vulnerabilities;
  return `npm audit of production packages: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not an audit; reported below.
    return null;
  }
}
