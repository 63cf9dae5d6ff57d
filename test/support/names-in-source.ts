/**
 * Finds the names of brains in source text: a string that is the name, a path or an error code that begins with it, a key of an object.
 * Comments, longer words, sentences and host names do not count.
 */
import ts from 'typescript';

export interface NameFound {
  readonly line: number;
  readonly name: string;
}

/**
 * @param words names that the app also uses as ordinary words: such a word counts only next to something called brain, as in
 *   `bot.brain === 'webhook'`; a path or an error code that begins with it always counts
 */
export function namesInSource(
  file: string,
  source: string,
  names: readonly string[],
  words: readonly string[] = [],
): readonly NameFound[] {
  const any = `(${names.join('|')})`;
  // `echo`, `echo.`, `echo.not_joined`, `/echo`, `/brains/echo/…`
  const asString = new RegExp(`^${any}(?:\\.[a-z_]*)?$|(?<![/\\w.])/(?:brains/)?${any}(?=[/?#]|$)`, 'g');
  const asWord = new RegExp(`\\b${any}\\b`, 'g');
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  const found: NameFound[] = [];
  const note = (node: ts.Node, text: string, form: RegExp): void => {
    if (words.includes(text) && !isAboutBrains(node, tree)) return;
    for (const [, whole, inPath] of text.matchAll(form)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      found.push({ line: line + 1, name: whole ?? inPath ?? '' });
    }
  };
  const visit = (node: ts.Node): void => {
    // Import paths are checked by the layer rules.
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      note(node, node.text, asString);
    }
    if (ts.isRegularExpressionLiteral(node)) note(node, node.text, asWord);
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) note(node, node.name.text, asString);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Whether the word is compared with, selects by or is assigned to something called brain. */
function isAboutBrains(node: ts.Node, tree: ts.SourceFile): boolean {
  const parent = parentsOf(tree).get(node);
  if (parent === undefined) return false;
  if (ts.isBinaryExpression(parent) || ts.isPropertyAssignment(parent)) return /brain/i.test(parent.getText(tree));
  if (!ts.isCaseClause(parent)) return false;
  const choice = parentsOf(tree).get(parentsOf(tree).get(parent) ?? parent);
  return choice !== undefined && ts.isSwitchStatement(choice) && /brain/i.test(choice.expression.getText(tree));
}

const known = new WeakMap<ts.SourceFile, ReadonlyMap<ts.Node, ts.Node>>();

function parentsOf(tree: ts.SourceFile): ReadonlyMap<ts.Node, ts.Node> {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const parents = new Map<ts.Node, ts.Node>();
  const visit = (node: ts.Node): void =>
    ts.forEachChild(node, (child) => {
      parents.set(child, node);
      visit(child);
    });
  visit(tree);
  known.set(tree, parents);
  return parents;
}
