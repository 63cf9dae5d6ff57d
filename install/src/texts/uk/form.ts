import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Заповніть це поле.',
  check: 'Виправте позначені поля.',
  busy: 'Зачекайте…',
  more: (count) => `Додаткові налаштування (${count})`,
  less: 'Сховати додаткові налаштування',
  choose: 'Виберіть…',
  usual: 'як зазвичай',
  listHelp: 'Розділяйте значення комами.',
  secretSet: 'збережено',
  replace: 'Замінити',
  replaceWhat: (title) => `Замінити: ${title}`,
  keep: 'Залишити збережене',
  show: 'Показати',
  showWhat: (title) => `Показати: ${title}`,
  hide: 'Сховати',
  hideWhat: (title) => `Сховати: ${title}`,
};
