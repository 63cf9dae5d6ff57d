import type { Texts } from '../shape.ts';

export const connect: Texts['connect'] = {
  title: (brain) => `${brain} mit Bitrix24 verbinden`,
  language: 'Sprache',
  account: 'Welches Konto?',
  portalTitle: 'Welches Bitrix24?',
  accountIs: 'Konto',
  accountKnown: 'Es ist schon bekannt: Ein Schlüssel muss nicht eingegeben werden.',
  portal: 'Bitrix24 bestätigt',
  code: 'Code aus Bitrix24',
  codeHint:
    'Öffnen Sie in Bitrix24 die App und darin „Wer antwortet“, wählen Sie den Dienst und holen Sie dort einen Code. Er gilt einmal und eine halbe Stunde.',
  check: 'Prüfen und weiter',
  choose: 'Welchen Bot möchten Sie verbinden?',
  chooseLead: (account, portal) => `Konto ${account}, Bitrix24 ${portal}.`,
  now: (who) => `jetzt: ${who}`,
  already: 'schon mit diesem Konto verbunden: Die Verbindung wird erneuert',
  noBot: 'Wählen Sie einen Bot.',
  noBots: 'Es gibt noch keine Bots',
  noBotsHelp:
    'Öffnen Sie die App in Bitrix24, beenden Sie dort die Einrichtung und kommen Sie mit einem neuen Code zurück.',
  settings: 'Einstellungen des Bots',
  settingsLead: (bot, account) => `„${bot}“ und ${account}. Alles ist ausgefüllt, Sie können es so lassen.`,
  connect: 'Verbinden',
  otherBot: 'Anderen Bot wählen',
  done: 'Fertig',
  doneLead: (bot, account) => `„${bot}“ ist mit ${account} verbunden. Sie können jetzt schreiben.`,
  back: (account) => `Zurück zu ${account}`,
  another: 'Noch einen Bot verbinden',
};
