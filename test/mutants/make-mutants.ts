/** Makes small faults in a source file: one changed token, one removed call, one other word of SQL. */
import ts from 'typescript';

export interface Mutant {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** What was replaced, and by what. */
  readonly from: string;
  readonly to: string;
  readonly start: number;
  readonly end: number;
}

const swapped: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
};

/** Words of SQL whose loss or change must show. */
const sqlSwaps: readonly (readonly [RegExp, string])[] = [
  [/\band (?=\w)/g, 'or '],
  [/ <= /g, ' > '],
  [/ = \?/g, ' <> ?'],
  [/ is null\b/g, ' is not null'],
  [/\bfor update skip locked\b/g, ''],
  [/\bon conflict do nothing\b/g, ''],
  [/\border by (\w+(?:\.\w+)?)\b(?! desc)/g, 'order by $1 desc'],
];

/** What only tells people something, or measures: its loss need not fail a test of behaviour. */
const onlyTells = /^(?:await )?(?:[\w#]+\.)*(?:log|metrics)\b|\.unref\(\)/;

/** Every fault this file can have, in the order of the text. */
export function makeMutants(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = (start: number, end: number, to: string): void => {
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ file, line, from: text.slice(start, end), to, start, end });
  };
  const replace = (node: ts.Node, to: string): void => add(node.getStart(source), node.end, to);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    mutate(node, replace);
    if (isSqlPart(node)) mutateSql(node, source, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants.toSorted((a, b) => a.start - b.start);
}

function mutate(node: ts.Node, replace: (node: ts.Node, to: string) => void): void {
  if (ts.isBinaryExpression(node)) {
    const to = swapped[node.operatorToken.kind];
    const isText = ts.isStringLiteralLike(node.left) || ts.isStringLiteralLike(node.right);
    if (to !== undefined && !(isText && node.operatorToken.kind === ts.SyntaxKind.PlusToken))
      replace(node.operatorToken, to);
  } else if (ts.isIfStatement(node)) {
    replace(node.expression, 'false');
  } else if (ts.isConditionalExpression(node)) {
    replace(node.condition, `!(${node.condition.getText()})`);
  } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    replace(node, node.operand.getText());
  } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
    replace(node, 'false');
  } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
    replace(node, 'true');
  } else if (ts.isNumericLiteral(node) && (node.text === '0' || node.text === '1')) {
    replace(node, node.text === '0' ? '1' : '2');
  } else if (ts.isExpressionStatement(node) && isCall(node.expression) && !onlyTells.test(node.getText())) {
    replace(node, ';');
  }
}

const isCall = (node: ts.Expression): boolean =>
  ts.isCallExpression(node) || (ts.isAwaitExpression(node) && ts.isCallExpression(node.expression));

function isSqlPart(node: ts.Node): boolean {
  const isText =
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
  return isText && /\b(?:select|insert|update|delete|where|from|join)\b/.test(node.text);
}

function mutateSql(node: ts.Node, source: ts.SourceFile, add: (start: number, end: number, to: string) => void): void {
  const start = node.getStart(source);
  const text = node.getText(source);
  for (const [pattern, to] of sqlSwaps) {
    for (const found of text.matchAll(pattern)) {
      const at = start + found.index;
      add(at, at + found[0].length, to.replace('$1', found[1] ?? ''));
    }
  }
}
