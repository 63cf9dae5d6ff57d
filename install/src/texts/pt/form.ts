import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Preencha este campo.',
  check: 'Corrija os campos marcados.',
  busy: 'Aguarde…',
  more: (count) => `Mais configurações (${count})`,
  less: 'Ocultar as demais configurações',
  choose: 'Escolha…',
  usual: 'padrão',
  listHelp: 'Separe os valores com vírgulas.',
  secretSet: 'definido',
  replace: 'Substituir',
  replaceWhat: (title) => `Substituir: ${title}`,
  keep: 'Manter o valor salvo',
  show: 'Mostrar',
  showWhat: (title) => `Mostrar: ${title}`,
  hide: 'Ocultar',
  hideWhat: (title) => `Ocultar: ${title}`,
};
