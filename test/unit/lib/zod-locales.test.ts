import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { languages } from '../../../src/core/language.ts';
import { formError, localeError } from '../../../src/lib/zod-locales.ts';

const schema = z.object({
  turns: z.int().min(1).max(100),
  rate: z.number().min(0.5),
  key: z.string().min(8),
  name: z.string().min(1).max(5),
});

function messages(value: unknown, error: z.core.$ZodErrorMap): readonly string[] {
  return schema.safeParse(value, { error }).error?.issues.map(({ message }) => message) ?? [];
}

describe('why a value does not fit', () => {
  it('is told in words of people', () => {
    const large = { turns: 101, rate: 0.1, key: 'short', name: 'too long' };
    expect(messages(large, localeError('en'))).toEqual([
      'At most 100.',
      'At least 0.5.',
      'At least 8 characters.',
      'At most 5 characters.',
    ]);
    expect(messages({ ...large, turns: 0, rate: 1, key: '12345678', name: '' }, localeError('ru'))).toEqual([
      'Не меньше 1.',
      'Заполните это поле.',
    ]);
  });

  it.each(languages)('never names a type of a program (%s)', (language) => {
    const wrong = { turns: 'many', rate: 'few', key: '', name: 'too long' };
    const told = messages(wrong, formError(language));
    expect(told).toHaveLength(4);
    for (const message of told) expect(message).not.toMatch(/expected|string|<=|>=/);
  });

  it('asks for an address where somebody has typed something else', () => {
    const address = z.url({ protocol: /^https?$/ });
    for (const language of languages) {
      const [issue] = address.safeParse('no address', { error: formError(language) }).error?.issues ?? [];
      expect(issue?.message, language).toContain('https://example.com');
    }
  });
});
