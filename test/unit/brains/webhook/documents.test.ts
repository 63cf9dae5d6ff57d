import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { webhookDocuments } from '../../../../scripts/webhook-documents.ts';

const folder = new URL('../../../../docs/brains/webhook/', import.meta.url);

describe('the published schemas', () => {
  it.each([...webhookDocuments()])('%s is current; otherwise run: npm run webhook:documents', (name, text) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
  });

  it('are all of them, and name nothing that is not there', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual([...webhookDocuments().keys()].sort());
    const text = readFileSync(new URL('openapi.json', folder), 'utf8');
    const known = new Set(Object.keys(JSON.parse(text).components.schemas));
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
