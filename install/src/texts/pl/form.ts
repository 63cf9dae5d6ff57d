import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Wypełnij to pole.',
  check: 'Popraw zaznaczone pola.',
  busy: 'Proszę czekać…',
  more: (count) => `Więcej ustawień (${count})`,
  less: 'Ukryj dodatkowe ustawienia',
  choose: 'Wybierz…',
  usual: 'jak zwykle',
  listHelp: 'Oddzielaj wartości przecinkami.',
  secretSet: 'ustawiono',
  replace: 'Zastąp',
  replaceWhat: (title) => `Zastąp: ${title}`,
  keep: 'Zachowaj zapisaną wartość',
  show: 'Pokaż',
  showWhat: (title) => `Pokaż: ${title}`,
  hide: 'Ukryj',
  hideWhat: (title) => `Ukryj: ${title}`,
};
