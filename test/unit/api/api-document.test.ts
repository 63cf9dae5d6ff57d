import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { apiDocument, apiDocumentPath } from '../../../scripts/api-document.ts';
import { endpoints } from '../../../src/api/endpoint-list.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe("the document of the pages' API", () => {
  it('is what `npm run api:document` writes', () => {
    expect(readFileSync(`${root}${apiDocumentPath}`, 'utf8')).toBe(apiDocument(endpoints));
  });

  it('has every endpoint once, under /api', () => {
    const names = endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[A-Z]+ \/api\/[a-z-]+(\/:?[a-zA-Z-]+)*$/.test(name))).toEqual([]);
  });

  it('lets nobody but administrators change anything, but for their own session', () => {
    const open = endpoints.filter(({ method, access }) => method !== 'GET' && access !== 'admin');
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/session']);
  });
});
