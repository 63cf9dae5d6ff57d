import { describe, expect, it } from 'vitest';
import { createPreloads } from '../../../src/http/page-preloads.ts';

const manifest = JSON.stringify({
  'index.html': { file: 'index-1.js', imports: ['_shared.js'] },
  '_shared.js': { file: 'shared-1.js', imports: ['_ring.js'] },
  '_ring.js': { file: 'ring-1.js', imports: ['_shared.js'], css: ['ring-1.css'] },
  'src/pages/HealthPage.vue': { file: 'health-1.js', imports: ['_shared.js'] },
  'src/pages/WizardPage.vue': { file: 'wizard-1.js', css: ['wizard-1.css'] },
  'src/texts/ru/words.ts': { file: 'ru-1.js', imports: [] },
});
const page = '<head><script src="/bitrix24/assets/shared-1.js"></script></head>';

describe('the files of the first view', () => {
  it('are named with what they need, each once, without those that the page names itself', () => {
    const preloads = createPreloads(manifest);
    const link = (file: string): string => `<link rel="modulepreload" crossorigin href="/bitrix24/assets/${file}">`;
    const style = (file: string): string => `<link rel="stylesheet" crossorigin href="/bitrix24/assets/${file}">`;
    expect(preloads(page, 'overview', 'ru')).toBe(
      `${link('health-1.js')}${link('ring-1.js')}${style('ring-1.css')}${link('ru-1.js')}`,
    );
    expect(preloads(page, 'wizard', 'ru')).toBe(`${link('wizard-1.js')}${style('wizard-1.css')}${link('ru-1.js')}`);
  });

  it('are none that were not built', () => {
    expect(createPreloads(manifest)(page, 'wizard', 'kz')).not.toContain('kz');
    expect(createPreloads(null)(page, 'overview', 'ru')).toBe('');
  });
});
