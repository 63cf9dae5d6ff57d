/** What the bots say in German. */
import type { BotTexts } from './shape.ts';

export const de: BotTexts = {
  greeting: {
    private: (name) => `Hallo! Ich bin ${name}. Schreiben Sie Ihre Frage, ich antworte.`,
    group: (name) => `Hallo! Ich bin ${name}. Ich antworte, wenn man mich erwähnt: @${name} und Ihre Frage.`,
    line: (name) => `Hallo! Ich bin ${name}. Wie kann ich helfen? Senden Sie 0, um einen Mitarbeiter zu rufen.`,
  },
  help: {
    private: () => 'Schreiben Sie einfach in eigenen Worten: Jede Nachricht bekommt eine Antwort.',
    group: (name) =>
      `Erwähnen Sie mich (@${name}) in einer Nachricht, dann antworte ich. Alles andere kommentiere ich nicht.`,
    line: () => 'Schreiben Sie einfach in eigenen Worten. Die Ziffer 0 ruft einen Mitarbeiter.',
  },
  commands:
    'Befehle:\n/help – diese Hilfe\n/bot – das Gespräch an den Bot zurückgeben\n/operator – das Gespräch an einen Menschen übergeben',
  handedBack: 'Der Bot führt das Gespräch wieder.',
  handedBackAfter: (minutes) => `Seit ${minutes} Min. hat niemand geschrieben; der Bot führt das Gespräch wieder.`,
  giveBack: 'An den Bot zurückgeben',
  handedOver: 'Das Gespräch führt jetzt ein Mensch, der Bot schweigt. Zurückgeben: /bot',
  takenOver: (name) => `${name} führt das Gespräch jetzt, der Bot schweigt. Zurückgeben: /bot`,
  silence: {
    toCustomer: 'Entschuldigen Sie die Wartezeit, ich rufe einen Kollegen.',
    note: (minutes) => `Seit ${minutes} Min. kam keine Antwort; das Gespräch wurde an Menschen übergeben.`,
  },
  unanswered: {
    toCustomer: 'Danke für Ihre Nachricht. Ich rufe eine Kollegin oder einen Kollegen, die Antwort kommt hier.',
    note: 'Für diesen Bot antwortet noch niemand: Das Gespräch wurde an Menschen übergeben. Wer antwortet, wählt ein Administrator in der App der Bots.',
    toEmployee:
      'Ich kann noch nicht antworten: Es ist niemand verbunden, der für mich antwortet. Ein Administrator öffnet die App der Bots in Bitrix24 und wählt „Wer antwortet“.',
  },
  tooManyTurns: {
    toCustomer: 'Ich rufe jemanden aus dem Team.',
    note: (turns, minutes) =>
      `${turns} Antworten in ${minutes} Min.: Das sieht aus, als antworteten zwei Automaten einander. Der Bot schweigt jetzt. Gespräch zurückgeben: /bot`,
  },
  fileOnly: (names) => `[Datei: ${names}]`,
  changeFailed: {
    edit: 'Eine Nachricht wurde geändert, die Änderung konnte aber nicht weitergegeben werden: Die andere Seite sieht noch den alten Text.',
    delete:
      'Eine Nachricht wurde gelöscht, das konnte aber nicht weitergegeben werden: Die andere Seite sieht sie noch.',
  },
  appTrouble: {
    not_finished:
      'Bitte öffnen Sie die App der Bots einmal: Nach einer Installation oder Aktualisierung sendet Bitrix24 ihr keine Nachrichten, bis ein Administrator sie geöffnet hat. Bis dahin hören die Bots nichts.',
    payment_expired:
      'Bitrix24 meldet, dass die App der Bots nicht bezahlt ist. Bis dahin sendet es ihr keine Nachrichten, und die Bots hören nichts.',
  },
  commandTitles: {
    help: 'Hilfe',
    bot: 'Gespräch an den Bot zurückgeben',
    operator: 'Gespräch an einen Menschen übergeben',
    press: 'Schaltfläche',
  },
  defaultNames: { O: 'Kundenhelfer', S: 'Beobachter', B: 'Assistent', P: 'Persönlicher Assistent' },
  work: {
    O: 'Antwortet Kunden in den Kommunikationskanälen',
    S: 'Hilft in Gruppenchats, wenn er erwähnt wird',
    B: 'Antwortet Mitarbeitern im privaten Chat',
    P: 'Persönlicher Assistent: liest die Chats, in denen er Mitglied ist',
  },
};
