/** The schemas of the API repeat a few lists, because they import nothing of the app. */
import { describe, expect, it } from 'vitest';
import { botColorSchema, botSchema } from '../../../src/api/schemas/bots.ts';
import { languageSchema } from '../../../src/api/schemas/common.ts';
import { botColors, botTypeSchema } from '../../../src/core/bot.ts';
import { languages } from '../../../src/core/language.ts';

describe('the lists in the schemas of the API', () => {
  it.each([
    ['languages', languageSchema.options, languages],
    ['colours of bots', botColorSchema.options, botColors],
    ['types of bots', botSchema.shape.type.options, botTypeSchema.options],
  ])('are those of the app: %s', (_what, ofApi, ofApp) => {
    expect([...ofApi]).toEqual([...ofApp]);
  });
});
