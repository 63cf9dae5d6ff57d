/**
 * Finds the names of brains in source text: a string that is the name, a path or an error code that begins with it, a key of an object.
 * Not in comments, in other words, or inside a sentence or a host name.
 */
import ts from 'typescript';

export interface NameFound {
  readonly line: number;
  readonly name: string;
}

export function namesInSource(file: string, source: string, names: readonly string[]): readonly NameFound[] {
  const any = `(${names.join('|')})`;
  // `echo`, `echo.`, `echo.not_joined`, `/echo`, `/brains/echo/…`
  const asString = new RegExp(`^${any}(?:\\.[a-z_]*)?$|(?<![/\\w.])/(?:brains/)?${any}(?=[/?#]|$)`, 'g');
  const asWord = new RegExp(`\\b${any}\\b`, 'g');
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  const found: NameFound[] = [];
  const note = (node: ts.Node, text: string, form: RegExp): void => {
    for (const [, whole, inPath] of text.matchAll(form)) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      found.push({ line: line + 1, name: whole ?? inPath ?? '' });
    }
  };
  const visit = (node: ts.Node): void => {
    // Addresses of modules are the layer rules' business.
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
