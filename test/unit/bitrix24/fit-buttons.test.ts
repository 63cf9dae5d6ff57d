/** Which buttons a portal gets, and what is said in words instead. */
import { describe, expect, it } from 'vitest';
import { fitButtons } from '../../../src/bitrix24/formatting/fit-buttons.ts';
import { toKeyboard } from '../../../src/bitrix24/formatting/keyboard.ts';
import type { Button } from '../../../src/core/events.ts';

const link = (url: string, label = 'Далее'): Button => ({ type: 'link', label, url });
const call = (phone: string): Button => ({ type: 'call', label: 'Далее', phone });

describe('a button', () => {
  const rows: readonly [string, Button, readonly Button[], readonly string[]][] = [
    ['to the web stays a link', link('https://a.example/x?y=1'), [link('https://a.example/x?y=1')], []],
    ['to a page of the portal stays one', link('/crm/deal/'), [link('/crm/deal/')], []],
    ['with a phone calls it', link('tel:+7%20495%20123-45-67'), [call('+74951234567')], []],
    ['that calls keeps digits', call('8 (800) 100'), [call('8800100')], []],
    ['with a mail address is a line of text', link('mailto:a@b.example?subject=x'), [], ['Далее: a@b.example']],
    ['named like its mail address is said once', link('mailto:a@b.example', 'a@b.example'), [], ['a@b.example']],
    ['to anywhere else is a line of text', link('tg://resolve?domain=x'), [], ['Далее: tg://resolve?domain=x']],
    ['with broken escapes is no error', link('mailto:%E0%A4%A'), [], ['Далее: %E0%A4%A']],
    ['that says nothing is left out', { type: 'say', label: 'Пусто', text: '  ' }, [], []],
    ['that runs nothing is left out', { type: 'command', label: 'Пусто', command: '', params: '' }, [], []],
    [
      'without a label gets one',
      { type: 'say', label: ' ', text: 'Да' },
      [{ type: 'say', label: 'Да', text: 'Да' }],
      [],
    ],
    ['with nothing to show is left out', { type: 'command', label: '', command: 'x', params: '' }, [], []],
  ];

  it.each(rows)('%s', (_, button, buttons, lines) => {
    expect(fitButtons([button], '900')).toMatchObject({ buttons, lines, isCut: buttons.length === 0 });
  });

  it('beyond the size of a keyboard is left out', () => {
    const many = Array.from(
      { length: 300 },
      (_, index): Button => ({
        type: 'say',
        label: `Кнопка ${index}`,
        text: 'x'.repeat(500),
      }),
    );
    const { buttons, isCut } = fitButtons(many, '900');
    expect(isCut).toBe(true);
    expect(buttons.length).toBeGreaterThan(40);
    expect(JSON.stringify(toKeyboard(buttons, '900')).length).toBeLessThan(60_000);
  });
});
