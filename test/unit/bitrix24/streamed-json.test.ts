import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileContent, streamedJson } from '../../../src/bitrix24/rest/streamed-json.ts';
import { bytesOf, openedFile } from '../../support/opened-file.ts';

describe('a JSON body with a file in it', () => {
  it('is what the whole file would give, of the announced length, however the file comes in', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.string({ unit: 'grapheme' }), async (parts, name) => {
        const file = openedFile(...parts.map((part) => Buffer.from(part)));
        const content = Buffer.concat(parts).toString('base64');
        const { stream, size } = streamedJson({ fields: { name, content: fileContent }, auth: 'token' }, file);
        const sent = await bytesOf(stream);
        expect(sent.toString()).toBe(JSON.stringify({ fields: { name, content }, auth: 'token' }));
        expect(size).toBe(sent.length);
      }),
    );
  });

  it('has no length where the file has none, and has the credentials after the file', async () => {
    const { stream, size } = streamedJson(
      { fields: { content: fileContent }, auth: 'token' },
      { ...openedFile('abc'), size: null },
    );
    expect(size).toBeNull();
    expect((await bytesOf(stream)).toString()).toMatch(/YWJj.*token/);
  });
});
