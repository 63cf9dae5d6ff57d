import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Заполните это поле.',
  check: 'Исправьте отмеченные поля.',
  busy: 'Подождите…',
  more: (count) => `Дополнительные настройки (${count})`,
  less: 'Скрыть дополнительные настройки',
  choose: 'Выберите…',
  usual: 'как обычно',
  listHelp: 'Разделяйте значения запятыми.',
  secretSet: 'сохранён',
  replace: 'Заменить',
  replaceWhat: (title) => `Заменить: ${title}`,
  keep: 'Оставить прежний',
  show: 'Показать',
  showWhat: (title) => `Показать: ${title}`,
  hide: 'Скрыть',
  hideWhat: (title) => `Скрыть: ${title}`,
};
