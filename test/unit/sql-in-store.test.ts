/** SQL stands in src/store alone: no statement in a text of another folder, and no other way to send one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** The embedded server has to be asked for its database before there is a store. */
const exceptions = new Set(['lib/embedded-postgres.ts']);

const statement = /\b(select\s.+\sfrom\s|insert\s+into\s+\w|update\s+\w+\s+set\s|delete\s+from\s+\w)/is;

/** Parsing takes time: only what may hold a breach is parsed. */
const mayHold = (source: string): boolean =>
  statement.test(source.replaceAll('\\n', ' ')) ||
  /\bquery\b[^;]*store\/database|\b(db|trx|pool)(\.\w|\()/.test(source);

/** What is found in one file, for people to read. */
function breachesIn(file: string, source: string): string[] {
  const found: string[] = [];
  if (!mayHold(source)) return found;
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && statement.test(node.text)) found.push(`${file}: "${node.text}"`);
    if (ts.isTemplateExpression(node) && statement.test(node.getText())) found.push(`${file}: ${node.getText()}`);
    if (ts.isImportDeclaration(node) && /store\/database\.ts/.test(node.moduleSpecifier.getText())) {
      if (/\bquery\b/.test(node.importClause?.getText() ?? '')) found.push(`${file}: imports query`);
    }
    if (
      ts.isCallExpression(node) &&
      /^(\w+\.)*(db|trx|pool)(\.(raw|schema|select|from|table)\b.*)?$/s.test(node.expression.getText())
    )
      found.push(`${file}: ${node.expression.getText()}(…)`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

describe('SQL', () => {
  it('stands in the store and nowhere else', { timeout: 60_000 }, () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('store/') && !exceptions.has(file),
    );
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => breachesIn(file, readFileSync(join(src, file), 'utf8')))).toEqual([]);
  });

  it.each([
    ["const a = 'select a from lane';"],
    ['const a = `\n  select a,\n    b from lane where portal = $', '{portal}`;'],
    ["const a = 'INSERT INTO lane (portal) values (1)';"],
    ["const a = 'update lane set ready_at = now()';"],
    ['const a = `delete from lane`;'],
    ["import { type Db, query } from '../store/database.ts';"],
    ["await db('lane').delete();"],
    ["await options.db('lane');"],
    ["await trx.raw('x');"],
    ["await db.schema.hasTable('migration');"],
  ])('is found where it is planted: %s', (...parts) => {
    expect(breachesIn('planted.ts', parts.join(''))).not.toEqual([]);
  });

  it.each([
    ["throw new Error('the update was deleted from the list; select another');"],
    ["import { type Db, inTransaction } from '../store/database.ts';"],
    ['await findPortal(db, id); await inTransaction(db, (trx) => erasePortal(trx, id));'],
    ['await db.destroy();'],
  ])('is not seen in what is none: %s', (source) => {
    expect(breachesIn('fine.ts', source)).toEqual([]);
  });
});
