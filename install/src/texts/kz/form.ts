import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Бұл өрісті толтырыңыз.',
  check: 'Белгіленген өрістерді түзетіңіз.',
  busy: 'Күте тұрыңыз…',
  more: (count) => `Қосымша баптаулар (${count})`,
  less: 'Қосымша баптауларды жасыру',
  choose: 'Таңдаңыз…',
  usual: 'әдеттегідей',
  listHelp: 'Мәндерді үтірмен бөліңіз.',
  secretSet: 'сақталған',
  replace: 'Ауыстыру',
  replaceWhat: (title) => `Ауыстыру: ${title}`,
  keep: 'Сақталғанын қалдыру',
  show: 'Көрсету',
  showWhat: (title) => `Көрсету: ${title}`,
  hide: 'Жасыру',
  hideWhat: (title) => `Жасыру: ${title}`,
};
