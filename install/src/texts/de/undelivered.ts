import type { Texts } from '../shape.ts';

export const undelivered: Texts['undelivered'] = {
  lead: 'Was trotz aller Versuche nicht angekommen ist. Beheben Sie die Ursache und senden Sie es noch einmal: Nichts geht verloren, bis Sie es verwerfen.',
  none: 'Alles ist zugestellt',
  noneHelp: 'Sollte etwas nicht ankommen, erscheint es hier mit dem Grund.',
  againAll: 'Alles noch einmal senden',
  againAllAsk:
    'Alles wird in der Reihenfolge noch einmal gesendet, in der es kam. Ausgenommen ist, was vielleicht schon angekommen ist: Darüber entscheiden Sie unten selbst.',
  dropAll: 'Alles verwerfen',
  dropAllAsk: 'Nichts davon wird je zugestellt. Alles verwerfen?',
  export: 'Als CSV speichern',
  exporting: (count) => `Gelesene Zeilen: ${count}…`,
  saved: (count) => `Gespeicherte Zeilen: ${count}.`,
  show: 'Anzeigen',
  hide: 'Ausblenden',
  count: (count) => `${count} nicht zugestellt`,
  span: (oldest, newest) => `${oldest} – ${newest}`,
  again: 'Noch einmal senden',
  againGroup: 'Diese noch einmal senden',
  againGroupAsk: 'Alle mit diesem Grund werden in der Reihenfolge noch einmal gesendet, in der sie kamen.',
  againUnknownAsk:
    'Sie sind vielleicht schon angekommen. Werden sie noch einmal gesendet, erscheinen sie womöglich doppelt.',
  drop: 'Verwerfen',
  dropGroup: 'Diese verwerfen',
  dropGroupAsk: 'Nichts davon wird je zugestellt. Alle mit diesem Grund verwerfen?',
  dropOneAsk: 'Es wird nie zugestellt. Verwerfen?',
  working: (count) => `Bisher erledigt: ${count}…`,
  sentAgain: (count) => `Noch einmal gesendet: ${count}.`,
  dropped: (count) => `Verworfen: ${count}.`,
  whole: 'für die App insgesamt',
  sides: {
    portal: 'an Bitrix24',
    brain: 'an den antwortenden Dienst',
    app: 'innerhalb der App',
    from: (source) => `von ${source}`,
  },
  kinds: {
    message: 'Nachricht',
    mirrored: 'Nachricht zum Mitlesen',
    overheard: 'Nachricht zum Mitlesen',
    send: 'Nachricht des Bots',
    send_file: 'Datei des Bots',
    edit: 'Änderung einer Nachricht',
    delete: 'Löschung einer Nachricht',
    handover: 'Ruf nach einem Menschen',
    finish: 'Ende des Gesprächs',
    receipt: 'Zustellbericht',
    request: 'Anfrage',
    owner_changed: 'Wechsel, wer das Gespräch führt',
    crm: 'CRM-Einträge',
    event: 'Ereignis',
    other: 'Sonstiges',
  },
  unknownState: 'Vielleicht angekommen',
  reasons: {
    unreachable: {
      title: 'Die andere Seite war nicht erreichbar',
      remedy:
        'Prüfen Sie, ob der verbundene Dienst arbeitet und seine Adresse stimmt. Senden Sie diese dann noch einmal.',
    },
    portalGone: {
      title: 'Bitrix24 lässt die App nicht mehr zu',
      remedy:
        'Ein Administrator öffnet die App einmal in Bitrix24: Das erneuert ihren Zugriff. Senden Sie diese dann noch einmal.',
    },
    portalUnpaid: {
      title: 'Bitrix24 lehnt die App ab: Der passende Tarif oder eine Zahlung fehlt',
      remedy: 'Prüfen Sie den Tarif Ihres Bitrix24 und die Bezahlung der App. Senden Sie diese dann noch einmal.',
    },
    portalRefused: {
      title: 'Bitrix24 hat es abgelehnt',
      remedy:
        'Oft ist der Bot nicht mehr im Chat, oder der Chat ist geschlossen. Fügen Sie den Bot wieder hinzu und senden Sie diese noch einmal, oder verwerfen Sie sie.',
    },
    notConnected: {
      title: 'Es ist niemand verbunden, der antworten könnte',
      remedy: 'Öffnen Sie „Wer antwortet“ und verbinden Sie den Dienst mit dem Bot. Senden Sie diese dann noch einmal.',
    },
    paused: {
      title: 'Die Verbindung ist pausiert oder ausgeschaltet',
      remedy: 'Öffnen Sie „Wer antwortet“ und schalten Sie die Verbindung ein. Senden Sie diese dann noch einmal.',
    },
    limits: {
      title: 'Das Limit der Anfragen war zu lange ausgeschöpft',
      remedy: 'Warten Sie, bis weniger zu tun ist, und senden Sie diese dann noch einmal.',
    },
    interrupted: {
      title: 'Die App ist mittendrin stehen geblieben',
      remedy:
        'Sehen Sie im Chat nach, ob es angekommen ist. Wenn nicht, senden Sie es noch einmal; wenn ja, verwerfen Sie es.',
    },
    homeless: {
      title: 'Das zugehörige Gespräch wurde nicht gefunden',
      remedy:
        'Meist begann das Gespräch, bevor der Dienst verbunden war. Senden Sie diese noch einmal, sobald dort jemand geschrieben hat, oder verwerfen Sie sie.',
    },
    serviceRefused: {
      title: 'Der verbundene Dienst hat es abgelehnt',
      remedy:
        'Öffnen Sie „Wer antwortet“ und prüfen Sie die Verbindung: Dort steht, was nicht stimmt. Senden Sie diese dann noch einmal.',
    },
    own: {
      title: 'Ein Fehler der App selbst',
      remedy:
        'Senden Sie es noch einmal. Hilft das nicht, nennen Sie den Code der Person, die die App installiert hat.',
    },
  },
  code: (code) => `Code: ${code}`,
};
