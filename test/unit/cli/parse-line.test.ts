import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/command-list.ts';
import { nameOf, parseLine } from '../../../src/cli/parse-line.ts';
import { usageOf } from '../../../src/cli/usage.ts';

const parse = (words: string) => parseLine(commands, words === '' ? [] : words.split(' '));

describe('a command line', () => {
  it('names a command, its operand and its options', () => {
    const { command, line } = parse('trace 84331 --portal acme.example');
    expect(nameOf(command)).toBe('trace');
    expect(line.operand).toBe('84331');
    expect(line.text('portal')).toBe('acme.example');
    expect(parse('dead-letters drop --all --portal=acme').line.has('all')).toBe(true);
  });

  it.each([
    ['', 'no command is given'],
    ['portal list', 'there is no command "portal"'],
    ['portals', '"portals" needs a verb'],
    ['portals eat', '"portals" has no verb "eat"'],
    ['portals list all', '"all" is not expected here'],
    ['portals list --everything', `portals list: Unknown option '--everything'`],
    ['portals erase', '--portal is missing'],
    ['portals erase --portal', `portals erase: Option '--portal <value>' argument missing`],
    ['portals erase --portal=', '--portal is empty'],
    ['trace', 'trace needs <message, dialog or trace id>'],
    ['trace 1 2', '"2" is not expected here'],
  ])('"%s" is not understood', (words, message) => {
    expect(() => parse(words)).toThrow(expect.objectContaining({ code: 'cli.usage', message }));
  });

  it('takes a trace id that begins with a dash for what it is', () => {
    expect(parse('trace -aB3_x-9QwEr').line.operand).toBe('-aB3_x-9QwEr');
    expect(parse('trace -B3_x-9QwErt --portal acme').line.text('portal')).toBe('acme');
    expect(() => parse('trace --unknownit')).toThrow(expect.objectContaining({ code: 'cli.usage' }));
  });
});

describe('the usage text', () => {
  it('names every command', () => {
    const usage = usageOf(commands);
    for (const command of commands) expect(usage).toContain(nameOf(command));
  });

  it('explains every option of a noun', () => {
    const usage = usageOf(commands, 'bots');
    for (const option of ['portal', 'code', 'type', 'name', 'brain', 'connection'])
      expect(usage).toContain(`--${option}`);
    expect(Math.max(...usage.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
