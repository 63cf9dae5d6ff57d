import { describe, expect, it } from 'vitest';
import { commandNames } from '../../../../../src/brains/messagegateway/console/command-names.ts';
import { parseLine, takeChat, takeId } from '../../../../../src/brains/messagegateway/console/parse-line.ts';

describe('a line to a console without a chat', () => {
  it.each([
    ['список', 'list', ''],
    ['/список', 'list', ''],
    ['LIST mine', 'list', 'mine'],
    ['  привязать 12 ', 'bind', '12'],
    ['/ привязать 12', 'bind', '12'],
    ['заметка первая\nвторая', 'note', 'первая\nвторая'],
    ['?', 'help', ''],
  ])('%j is the command %s', (text, name, args) => {
    expect(parseLine(text, false)).toEqual({ kind: 'command', name, args });
  });

  it.each(['абракадабра', '/абракадабра 5', '', '/', 'toString', '__proto__'])('%j is no command', (text) => {
    expect(parseLine(text, false).kind).toBe('unknown');
  });
});

describe('a line to a bound console', () => {
  it.each(['закрыть', 'help is on the way', 'список товаров на сайте', '12', ''])('%j is for the customer', (text) => {
    expect(parseLine(text, true)).toEqual({ kind: 'words', text });
  });

  it('is never for the customer when it begins with a slash', () => {
    expect(parseLine('/закрыть', true)).toEqual({ kind: 'command', name: 'close', args: '' });
    expect(parseLine('  /закрытьь его', true)).toEqual({ kind: 'unknown', word: 'закрытьь' });
  });
});

describe('a chat in a line', () => {
  it.each([
    ['#12 текст', 12, 'текст'],
    ['№12', 12, ''],
    ['# 12 текст', 12, 'текст'],
    ['12 текст', null, '12 текст'],
    ['#12текст', null, '#12текст'],
    ['#99999999999999999999 x', null, '#99999999999999999999 x'],
    ['текст #12', null, 'текст #12'],
  ])('%j names chat %s', (args, chatId, rest) => {
    expect(takeChat(args)).toEqual({ chatId, rest });
  });

  it('may be a bare number where nothing else can stand', () => {
    expect(takeId('12 сюда')).toEqual({ id: 12, rest: 'сюда' });
    expect(takeId('#12')).toEqual({ id: 12, rest: '' });
    expect(takeId('сюда 12')).toEqual({ id: null, rest: 'сюда 12' });
  });
});

describe('the words of commands', () => {
  it('are one word each, in lower case, and mean one command', () => {
    const words = Object.values(commandNames).flat();
    expect(new Set(words).size).toBe(words.length);
    for (const word of words) expect(word).toBe(word.toLowerCase().trim().split(' ')[0]);
  });
});
