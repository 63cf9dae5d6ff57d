/**
 * A passage is the body of a function. Marks planted into all of them tell which test files run through which passage, so that a fault is shown
 * only to the tests that can notice it.
 */
import ts from 'typescript';

export interface Passage {
  /** `<file>:<offset of the body>`. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/** Of the whole file, for what stands outside of every function. */
export const idOfFile = (file: string): string => `${file}:`;

/** @param file path from the root of the repository */
export function passagesOf(file: string, text: string): readonly Passage[] {
  return bodiesOf(text).map((body) => ({ id: idOf(file, body), start: body.pos, end: body.end }));
}

/** The text with a mark at the beginning of each passage. Changes no line numbers. */
export function plantMarks(file: string, text: string): string {
  const insertions = bodiesOf(text).flatMap((body) => marksOf(body, `globalThis.markPassage?.('${idOf(file, body)}')`));
  let planted = text;
  for (const { at, word } of insertions.toSorted((a, b) => b.at - a.at)) {
    planted = planted.slice(0, at) + word + planted.slice(at);
  }
  return planted;
}

interface Insertion {
  readonly at: number;
  readonly word: string;
}

function marksOf(body: ts.ConciseBody, mark: string): readonly Insertion[] {
  const start = body.getStart();
  if (ts.isBlock(body)) return [{ at: start + 1, word: `${mark};` }];
  return [
    { at: start, word: `(${mark}, ` },
    { at: body.end, word: ')' },
  ];
}

const idOf = (file: string, body: ts.Node): string => `${idOfFile(file)}${body.pos}`;

function bodiesOf(text: string): readonly ts.ConciseBody[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const bodies: ts.ConciseBody[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) bodies.push(node.body as ts.ConciseBody);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return bodies;
}
