import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Complete este campo.',
  check: 'Corrija los campos marcados.',
  busy: 'Espere…',
  more: (count) => `Más ajustes (${count})`,
  less: 'Ocultar los ajustes adicionales',
  choose: 'Elegir…',
  usual: 'predeterminado',
  listHelp: 'Separe los valores con comas.',
  secretSet: 'guardado',
  replace: 'Reemplazar',
  replaceWhat: (title) => `Reemplazar: ${title}`,
  keep: 'Conservar el valor guardado',
  show: 'Mostrar',
  showWhat: (title) => `Mostrar: ${title}`,
  hide: 'Ocultar',
  hideWhat: (title) => `Ocultar: ${title}`,
};
