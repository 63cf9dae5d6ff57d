import type { Texts } from '../shape.ts';

export const common: Texts['common'] = {
  pages: {
    health: 'Übersicht',
    bots: 'Bots',
    connections: 'Wer antwortet',
    conversations: 'Gespräche',
    undelivered: 'Nicht zugestellt',
    settings: 'Einstellungen',
  },
  menu: 'Seiten der App',
  loading: 'Wird geladen…',
  stillLoading: 'Das dauert länger als sonst. Wir versuchen es weiter.',
  again: 'Noch einmal versuchen',
  reopen: 'Neu öffnen',
  save: 'Speichern',
  saved: 'Gespeichert',
  cancel: 'Abbrechen',
  next: 'Weiter',
  search: 'Suchen',
  more: 'Mehr anzeigen',
  yes: 'Ja',
  no: 'Nein',
  copy: 'Kopieren',
  copied: 'Kopiert',
  readOnly: 'Hier können Sie lesen. Ändern dürfen nur Administratoren des Portals.',
  failures: {
    title: 'Das hat nicht geklappt',
    lost: 'Die App ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.',
    sessionOver: 'Diese Seite war zu lange geöffnet. Öffnen Sie die App neu.',
    notAllowed: 'Wer diese App öffnen darf, legt ein Administrator Ihres Bitrix24 fest. Bitten Sie ihn um Zugang.',
    tooMany: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es noch einmal.',
    changedMeanwhile: 'Das hat inzwischen jemand anderes geändert. So sieht es jetzt aus.',
    gone: 'Das gibt es nicht mehr.',
    unavailable: 'Die App ist beschäftigt oder wird aktualisiert. Versuchen Sie es gleich noch einmal.',
    other: (code) =>
      `Etwas ist schiefgegangen (${code}). Versuchen Sie es noch einmal; wenn es dabei bleibt, nennen Sie Ihrem Integrator diesen Code.`,
  },
  refused: {
    title: 'Die App lässt sich nicht öffnen',
    'install.incomplete': 'Öffnen Sie die App über das Menü von Bitrix24: Diese Seite funktioniert nur dort.',
    'install.forged': 'Bitrix24 hat nicht bestätigt, dass die Anfrage aus diesem Portal kam.',
    'install.busy': 'Zu viele Installationen gleichzeitig. Versuchen Sie es in einer Minute noch einmal.',
    'bitrix24.token_not_proven': 'Bitrix24 hat die Anfrage nicht bestätigt. Öffnen Sie die App neu.',
    'bitrix24.visitor_unknown':
      'Ihr Bitrix24 hat nicht gesagt, wer Sie sind: Es antwortet gerade nicht oder bekommt zu viele Anfragen. Öffnen Sie die App in einer Minute noch einmal.',
    'bitrix24.foreign_oauth_host':
      'Die Adresse des Autorisierungsservers dieses Portals steht nicht auf der Liste der erlaubten.',
    'network.private_address':
      'Die Adresse des Portals liegt in einem privaten Netz, und das ist in den Einstellungen der App nicht erlaubt.',
    'network.scheme': 'Das Portal arbeitet ohne https, und das ist in den Einstellungen der App nicht erlaubt.',
    other:
      'Der Autorisierungsserver von Bitrix24 ist gerade nicht erreichbar. Versuchen Sie es in einer Minute noch einmal.',
  },
};
