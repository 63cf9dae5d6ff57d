/** What `npm run new:brain` writes: the brain's own files, and its lines in the lists. Pure except that it reads the templates. */
import { readFileSync } from 'node:fs';

/** Templates in `brain-template/`, and the file each becomes. */
const templates: Readonly<Record<string, string>> = {
  'brain.ts.txt': 'src/brains/{{name}}/{{name}}-brain.ts',
  'fake-server.ts.txt': 'sandbox/{{name}}/fake-server.ts',
  'sandbox-brain.ts.txt': 'sandbox/{{name}}/sandbox-brain.ts',
  'harness.ts.txt': 'test/contract/brains/{{name}}-harness.ts',
  'unit.test.ts.txt': 'test/unit/brains/{{name}}/{{name}}-brain.test.ts',
  'fixture.json.txt': 'test/fixtures/{{name}}/webhook-answer.json',
  'doc.md.txt': 'docs/{{name}}.md',
};

function filledIn(text: string, name: string): string {
  return text.replaceAll('{{name}}', name).replaceAll('{{Name}}', `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
}

/** The new files, by path from the root. */
export function newFiles(name: string): ReadonlyMap<string, string> {
  const read = (template: string): string =>
    readFileSync(new URL(`brain-template/${template}`, import.meta.url), 'utf8');
  return new Map(
    Object.entries(templates).map(([template, path]) => [filledIn(path, name), filledIn(read(template), name)]),
  );
}

interface ListEdit {
  readonly path: string;
  /** The text to insert, and the text after which it is inserted. */
  readonly lines: readonly { readonly after: RegExp; readonly text: string }[];
}

const lastImport = /^(?:import .*\n)+/m;

const edits: readonly ListEdit[] = [
  {
    path: 'src/brains/index.ts',
    lines: [
      { after: lastImport, text: "import { {{name}}Brain } from './{{name}}/{{name}}-brain.ts';\n" },
      { after: /export const brains: readonly Brain\[\] = \[[^\]]*?(?=,?\s*\];)/, text: ', {{name}}Brain' },
    ],
  },
  {
    path: 'sandbox/brain-list.ts',
    lines: [
      { after: lastImport, text: "import { {{name}}InSandbox } from './{{name}}/sandbox-brain.ts';\n" },
      { after: /export const sandboxBrains[\s\S]*?\n(?=\};)/, text: '  {{name}}: {{name}}InSandbox,\n' },
    ],
  },
  {
    path: 'test/contract/brains/harnesses.ts',
    lines: [
      { after: lastImport, text: "import { {{name}}Harness } from './{{name}}-harness.ts';\n" },
      { after: /export const harnesses[\s\S]*?\n(?=\};)/, text: '  {{name}}: {{name}}Harness,\n' },
    ],
  },
  {
    path: 'README.md',
    lines: [
      {
        after: /\| brain \| who answers \|.*\n(?:\|.*\n)+/,
        text: '| `{{name}}` | a server of its own that is told every message | `connections add`; see [docs/{{name}}.md](docs/{{name}}.md) |\n',
      },
    ],
  },
];

/** The lists that get a line. */
export const listFiles: readonly string[] = edits.map(({ path }) => path);

/** The list with the brain added. Throws when the list no longer has the form this script expects. */
export function listWith(path: string, list: string, name: string): string {
  const edit = edits.find((one) => one.path === path);
  if (edit === undefined) throw new Error(`${path} is not a list of brains`);
  return edit.lines.reduce((text, { after, text: line }) => {
    const found = after.exec(text);
    if (found === null)
      throw new Error(`${path} has changed: ${String(after)} is not found, so the line must be put in by hand`);
    const end = found.index + found[0].length;
    return `${text.slice(0, end)}${filledIn(line, name)}${text.slice(end)}`;
  }, list);
}
