/** Finds the names of brains in source text: in strings, templates and property names, not in comments and not in other identifiers. */
import ts from 'typescript';

export interface NameFound {
  readonly line: number;
  readonly name: string;
}

/** @param names whole words that must not occur */
export function namesInSource(file: string, source: string, names: readonly string[]): readonly NameFound[] {
  const word = new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'g');
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  const found: NameFound[] = [];
  const note = (node: ts.Node, text: string): void => {
    for (const [name] of text.matchAll(word)) {
      found.push({ line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1, name });
    }
  };
  const visit = (node: ts.Node): void => {
    // Addresses of modules are the layer rules' business.
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      note(node, node.text);
    }
    if (ts.isRegularExpressionLiteral(node)) note(node, node.text);
    if (isNamed(node) && ts.isIdentifier(node.name)) note(node, node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `{ name: … }` and `x.name`: how a brain would be chosen without a string. */
function isNamed(node: ts.Node): node is ts.PropertyAssignment | ts.PropertyAccessExpression {
  return ts.isPropertyAssignment(node) || ts.isPropertyAccessExpression(node);
}
