/** Makes `.env.example` and the README's settings table from the schema that reads the settings. Pure. */
import { settingsSchema } from '../src/config.ts';

export interface SettingFacts {
  readonly name: string;
  readonly meaning: string;
  /** The default as it is written in the environment; null: there is none. */
  readonly fallback: string | null;
  readonly isRequired: boolean;
}

/** The settings in the order of the schema. */
export function listSettings(): readonly SettingFacts[] {
  return Object.entries(settingsSchema.shape).map(([name, field]) => {
    const { def } = field;
    const fallback = def.type === 'default' ? asText(def.defaultValue) : null;
    return {
      name,
      meaning: field.description ?? '',
      fallback,
      isRequired: def.type !== 'default' && def.type !== 'optional',
    };
  });
}

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** The text of `.env.example`; defaults are commented out. */
export function envExample(settings: readonly SettingFacts[]): string {
  const head = [
    '# The settings of the app, written from src/config.ts by scripts/write-settings.ts.',
    '# NAME_FILE=/path reads the value of NAME from a file. Commented entries show the default.',
  ];
  const entries = settings.map(({ name, meaning, fallback, isRequired }) => {
    const line = isRequired ? `${name}=` : `# ${name}=${fallback ?? ''}`;
    return [...comment(`${meaning}${isRequired ? ' (required)' : ''}`), line].join('\n');
  });
  return `${[head.join('\n'), ...entries].join('\n\n')}\n`;
}

const lineWidth = 100;

function comment(sentence: string): string[] {
  const lines = [''];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length > lineWidth - 2) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => `# ${line}`);
}

/** The table of the README. */
export function settingsTable(settings: readonly SettingFacts[]): string {
  const rows = settings.map(
    ({ name, meaning, fallback, isRequired }) =>
      `| \`${name}\` | ${isRequired ? 'required' : inCode(fallback)} | ${meaning.replaceAll('|', String.raw`\|`)} |`,
  );
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function inCode(text: string | null): string {
  return text === null || text === '' ? '–' : `\`${text.replaceAll(',', ', ')}\``;
}

/** The README with the table put between its `<!-- settings -->` marks; null if it has none. */
export function readmeWith(readme: string, table: string): string | null {
  return inMarks(readme, 'settings', table);
}

/** The document with the table put between the marks of that name; null if it has none. */
export function inMarks(paper: string, name: string, table: string): string | null {
  const marked = new RegExp(String.raw`(<!-- ${name} -->\n)[\s\S]*?(<!-- /${name} -->)`);
  return marked.test(paper) ? paper.replace(marked, (_, open: string, end: string) => `${open}${table}\n${end}`) : null;
}
