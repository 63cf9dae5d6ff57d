/** Which buttons a portal gets, and what is said in words instead. */
import { describe, expect, it } from 'vitest';
import { toKeyboard } from '../../../src/bitrix24/formatting/keyboard.ts';
import type { Button } from '../../../src/core/events.ts';

const link = (url: string, label = 'Далее'): Button => ({ type: 'link', label, url });
const call = (phone: string): Button => ({ type: 'call', label: 'Далее', phone });
const shown = (fields: Record<string, string>, label = 'Далее') => ({ TEXT: label, DISPLAY: 'LINE', ...fields });
const calling = (number: string) => shown({ ACTION: 'CALL', ACTION_VALUE: number });

describe('a button', () => {
  const rows: readonly [string, Button, Record<string, string> | null, readonly string[]][] = [
    ['to the web stays a link', link('https://a.example/x?y=1'), shown({ LINK: 'https://a.example/x?y=1' }), []],
    ['to a page of the portal is a line of text', link('/crm/deal/'), null, ['Далее: /crm/deal/']],
    ['into a private network is a line of text', link('http://10.0.0.5/x'), null, ['Далее: http://10.0.0.5/x']],
    ['with a phone calls it', link('tel:+7%20495%20123-45-67'), calling('+74951234567'), []],
    ['that calls keeps digits', call('8 (800) 100'), calling('8800100'), []],
    ['with more than a number is a line of text', call('8 800 100 доб. 5'), null, ['Далее: 8 800 100 доб. 5']],
    ['with a code for the phone itself is a line of text', link('tel:*%2306%23'), null, ['Далее: *#06#']],
    ['with a mail address is a line of text', link('mailto:a@b.example?subject=x'), null, ['Далее: a@b.example']],
    ['named like its mail address is said once', link('mailto:a@b.example', 'a@b.example'), null, ['a@b.example']],
    ['to anywhere else is a line of text', link('tg://resolve?domain=x'), null, ['Далее: tg://resolve?domain=x']],
    ['with broken escapes is no error', link('mailto:%E0%A4%A'), null, ['Далее: %E0%A4%A']],
    ['that says nothing is left out', { type: 'say', label: 'Пусто', text: '  ' }, null, []],
    ['that runs nothing is left out', { type: 'command', label: 'Пусто', command: '', params: '' }, null, []],
    [
      'without a label gets one',
      { type: 'say', label: ' ', text: 'Да' },
      shown({ ACTION: 'SEND', ACTION_VALUE: 'Да' }, 'Да'),
      [],
    ],
    [
      'called 0 says so to PHP, which would take it for nothing',
      { type: 'command', label: '0', command: 'x', params: '0' },
      { TEXT: '0\u2060', DISPLAY: 'LINE', COMMAND: 'x', COMMAND_PARAMS: '0\u2060' },
      [],
    ],
    ['with nothing to show is left out', { type: 'command', label: '', command: 'x', params: '' }, null, []],
  ];

  it.each(rows)('%s', (_, button, row, lines) => {
    const keyboard = row === null ? null : { BOT_ID: 900, BUTTONS: [row] };
    expect(toKeyboard([button], '900')).toEqual({ keyboard, lines, isCut: row === null });
  });

  it('beyond the size of a keyboard is left out, and lines of text behind it stay', () => {
    const many = Array.from(
      { length: 300 },
      (_, index): Button => ({ type: 'say', label: `Кнопка ${index}`, text: 'x'.repeat(500) }),
    );
    const { keyboard, lines, isCut } = toKeyboard([...many, link('mailto:a@b.example')], '900');
    expect([isCut, lines]).toEqual([true, ['Далее: a@b.example']]);
    const buttons = (keyboard?.['BUTTONS'] ?? []) as readonly object[];
    expect(buttons.filter((row) => 'TEXT' in row).length).toBeGreaterThan(40);
    expect(JSON.stringify(keyboard).length).toBeLessThan(60_000);
  });

  it('counts with what the portal adds to it', () => {
    const many = Array.from({ length: 400 }, (_, index): Button => ({ type: 'say', label: `${index}`, text: 'да' }));
    const rows = (toKeyboard(many, '900').keyboard?.['BUTTONS'] ?? []) as readonly object[];
    const added = { BOT_ID: 900, TYPE: 'BUTTON', VOTE: 'N', BLOCK: 'N', WAIT: 'N', CONTEXT: 'ALL', DISABLED: 'N' };
    const stored = rows.map((row) => ('TEXT' in row ? { ...row, ...added, BG_COLOR_TOKEN: 'base' } : row));
    expect(rows.length).toBeGreaterThan(200);
    expect(JSON.stringify(stored).length).toBeLessThan(60_000);
  });

  it('that says or carries too much is shortened, and that counts as cut', () => {
    const long = 'x'.repeat(2_001);
    const both: readonly Button[] = [
      { type: 'say', label: 'Да', text: long },
      { type: 'command', label: 'Да', command: 'x', params: long },
    ];
    for (const button of both) {
      const { keyboard, isCut } = toKeyboard([button], '900');
      expect(isCut).toBe(true);
      expect(JSON.stringify(keyboard)).toContain('x'.repeat(2_000));
      expect(JSON.stringify(keyboard)).not.toContain(long);
    }
  });
});
