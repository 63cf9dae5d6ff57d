import type { Texts } from '../shape.ts';

export const form: Texts['form'] = {
  required: 'Füllen Sie dieses Feld aus.',
  check: 'Korrigieren Sie die markierten Felder.',
  busy: 'Bitte warten…',
  more: (count) => `Weitere Einstellungen (${count})`,
  less: 'Weitere Einstellungen ausblenden',
  choose: 'Auswählen…',
  usual: 'Standard',
  listHelp: 'Trennen Sie die Werte durch Kommas.',
  secretSet: 'hinterlegt',
  replace: 'Ersetzen',
  replaceWhat: (title) => `Ersetzen: ${title}`,
  keep: 'Bisherigen Wert behalten',
  show: 'Anzeigen',
  showWhat: (title) => `Anzeigen: ${title}`,
  hide: 'Verbergen',
  hideWhat: (title) => `Verbergen: ${title}`,
};
