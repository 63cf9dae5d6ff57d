/** Reads the few instructions used in the Dockerfile, and the .dockerignore file. Throws for any other instruction. */

export type Step =
  | { readonly kind: 'run'; readonly text: string; readonly command: string }
  | {
      readonly kind: 'copy';
      readonly text: string;
      /** The stage to copy from; null: the folder of the project. */
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly target: string;
    };

export interface Stage {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Dockerfile {
  readonly stages: readonly Stage[];
  /** What the image runs. */
  readonly command: readonly string[];
  /** The last user named. */
  readonly user: string;
}

/** Instructions that do not change files. */
const withoutFiles = new Set(['ENV', 'WORKDIR', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK']);

export function readDockerfile(text: string): Dockerfile {
  const stages: { name: string; steps: Step[] }[] = [];
  let [command, user]: [readonly string[], string] = [[], ''];
  for (const line of instructions(text)) {
    const [word, rest] = splitAt(line);
    const stage = stages.at(-1);
    if (word === 'FROM') stages.push({ name: / AS (\w+)$/i.exec(rest)?.[1] ?? 'image', steps: [] });
    else if (word === 'USER') user = rest;
    else if (word === 'CMD') command = JSON.parse(rest) as string[];
    else if (stage === undefined) throw new Error(`${word} comes before FROM`);
    else if (word === 'RUN') stage.steps.push({ kind: 'run', text: line, command: rest });
    else if (word === 'COPY') stage.steps.push(copyOf(line, rest));
    else if (!withoutFiles.has(word)) throw new Error(`the instruction ${word} is not known here`);
  }
  return { stages, command, user };
}

function instructions(text: string): string[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function splitAt(line: string): readonly [string, string] {
  const at = line.indexOf(' ');
  return [line.slice(0, at), line.slice(at + 1).trim()];
}

function copyOf(text: string, rest: string): Step {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith('--from=') === true ? (words.shift() ?? '').slice('--from='.length) : null;
  const target = words.pop() ?? '';
  return { kind: 'copy', text, from, sources: words.map((word) => word.replace(/\/$/, '')), target };
}

/** Tells whether a path belongs to the build context: the last line that concerns it decides. */
export function readDockerignore(text: string): (path: string) => boolean {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    let isIn = true;
    for (const line of lines) {
      const isAllowing = line.startsWith('!');
      if (concerns(line.replace(/^!/, ''), path)) isIn = isAllowing;
    }
    return isIn;
  };
}

function concerns(pattern: string, path: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('**/')) return path.split('/').includes(pattern.slice(3));
  return path === pattern || path.startsWith(`${pattern}/`);
}
