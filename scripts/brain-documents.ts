/** Makes the configuration tables in the documents of brains from the schemas that read the settings. Pure. */
import { z } from 'zod';
import type { Brain } from '../src/core/brain.ts';
import { inMarks } from './settings-documents.ts';

/** The paths at which the document of a brain may be; one of them exists. */
export function brainDocuments(name: string): readonly string[] {
  return [`docs/brains/${name}.md`, `docs/${name}.md`];
}

interface Field {
  readonly path: string;
  readonly meaning: string;
  readonly fallback: string;
}

const nodeSchema = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

/** The fields of a schema; nested keys are written with a dot. Fields that only `join` writes are left out. */
function fieldsOf(schema: unknown, prefix = '', written: ReadonlySet<string> = new Set(['joined'])): Field[] {
  const { properties = {}, required = [] } = nodeSchema.parse(schema);
  return Object.entries(properties).flatMap(([name, given]) => {
    const node = nodeSchema.parse(given);
    const path = `${prefix}${name}`;
    if (written.has(path)) return [];
    if (node.properties !== undefined) return fieldsOf(given, `${path}.`);
    const choices = node.enum === undefined ? '' : `${node.enum.map((word) => `\`${word}\``).join(', ')}. `;
    const fallback = required.includes(name) ? 'required' : shown(node.default);
    return [{ path, meaning: `${choices}${node.description ?? ''}`, fallback }];
  });
}

function shown(value: unknown): string {
  return value === undefined || JSON.stringify(value) === '[]' ? '–' : `\`${JSON.stringify(value)}\``;
}

function tableOf(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = fieldsOf(json).map(
    ({ path, fallback, meaning }) => `| \`${path}\` | ${fallback} | ${meaning.replaceAll('|', String.raw`\|`)} |`,
  );
  return ['| key | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * The document with its tables put between the `<!-- config -->` and `<!-- installation -->` marks; null if a mark that the brain needs is missing.
 */
export function brainDocumentWith(paper: string, brain: Brain): string | null {
  const withConfig = brain.configSchema === null ? paper : inMarks(paper, 'config', tableOf(brain.configSchema));
  if (withConfig === null || brain.settingsSchema === undefined) return withConfig;
  return inMarks(withConfig, 'installation', tableOf(brain.settingsSchema));
}
