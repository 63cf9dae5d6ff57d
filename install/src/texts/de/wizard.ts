import type { Texts } from '../shape.ts';

export const wizard: Texts['wizard'] = {
  title: 'Ihre Bots einrichten',
  lead: 'Fünf kurze Schritte. Sie können jederzeit aufhören: Die App macht dort weiter, wo Sie waren.',
  leave: 'Später fertigstellen',
  stepOf: (number, count) => `Schritt ${number} von ${count}`,
  stepDone: 'erledigt',
  next: 'Weiter',
  skip: 'Schritt überspringen',
  steps: {
    rights: 'Rechte',
    bots: 'Bots',
    answers: 'Wer antwortet',
    line: 'Kommunikationskanal',
    message: 'Erste Nachricht',
  },
  rights: {
    title: 'Was die App darf',
    lead: 'Ohne diese Rechte können die Bots nicht arbeiten.',
    admin: 'Sie sind Administrator',
    notAdmin: 'Sie sind kein Administrator',
    notAdminHelp:
      'Nur ein Administrator dieses Bitrix24 kann die App einrichten. Bitten Sie ihn, sie einmal zu öffnen.',
    granted: 'erteilt',
    missing: 'fehlt',
    unknown: 'Bitrix24 verrät es hier nicht; der nächste Schritt zeigt es',
    missingTitle: 'Der App fehlen Rechte',
    missingHelp:
      'Die App wurde ohne diese Rechte installiert. Entfernen Sie sie unter „Anwendungen“, installieren Sie sie neu und stimmen Sie allen Rechten zu, um die sie bittet. Bittet sie um keines davon, sagen Sie es dem Anbieter der App.',
    scopes: {
      imbot: 'Bots erstellen und schreiben lassen',
      imopenlines: 'Mit Kunden in Kommunikationskanälen sprechen',
    },
  },
  bots: {
    title: 'Ihre Bots',
    working: 'Die Bots werden in Ihrem Bitrix24 erstellt. Das dauert ein paar Sekunden.',
    slow: 'Das dauert länger als sonst. Sie müssen nicht warten: Die App versucht es weiter.',
    done: 'Die Bots sind bereit.',
    opening: 'Bitrix24 öffnet jetzt die App, dann folgt der nächste Schritt…',
    failing: 'Die Bots lassen sich noch nicht erstellen',
    failingHelp:
      'Die App versucht es von selbst wieder. Haben Sie die Ursache behoben, klicken Sie auf „Noch einmal versuchen“.',
    again: 'Noch einmal versuchen',
    ordered: 'In Auftrag gegeben. Diese Seite zeigt, wie es vorangeht.',
    refusedHelp:
      'Die anderen Bots arbeiten auch ohne diesen. Beheben Sie die Ursache und klicken Sie auf „Noch einmal versuchen“.',
    none: 'Noch keine Bots.',
    types: {
      O: 'empfängt Kunden in Kommunikationskanälen',
      S: 'hilft in Gruppenchats, wenn er erwähnt wird',
      B: 'antwortet Mitarbeitern im privaten Chat',
      P: 'ein persönlicher Assistent in den Chats, in denen er Mitglied ist',
    },
    remedies: {
      'bitrix24.insufficient_scope':
        'Der App fehlen Rechte. Entfernen Sie sie unter „Anwendungen“, installieren Sie sie neu und stimmen Sie allen Rechten zu.',
      'bitrix24.ACCESS_DENIED':
        'Der Tarif Ihres Bitrix24 lässt keine Apps zu, oder Sie dürfen keine installieren. Prüfen Sie den Tarif.',
      'bitrix24.payment_required':
        'Bitrix24 meldet, dass die App oder der Tarif nicht bezahlt ist. Bezahlen Sie und versuchen Sie es noch einmal.',
      'bitrix24.disconnected': 'Bitrix24 lehnt den Zugriff der App ab. Laden Sie diese Seite als Administrator neu.',
      'bitrix24.not_installed': 'Bitrix24 kennt die App nicht mehr. Installieren Sie sie neu.',
      other:
        'Versuchen Sie es in einer Minute noch einmal. Bleibt es dabei, nennen Sie dem Anbieter der App diesen Code.',
    },
    code: (code) => `Code: ${code}`,
  },
  answers: {
    title: 'Wer antwortet?',
    lead: 'Wählen Sie, wer im Namen Ihrer Bots antworten soll. Sie können es später ändern.',
    connect: (title) => `${title} verbinden`,
    back: 'Anderen Dienst wählen',
    which: 'Welche Bots',
    whichHelp: 'Sie antworten ab ihrer nächsten Nachricht über diesen Dienst.',
    now: (who) => `jetzt: ${who}`,
    noBots: 'Wählen Sie mindestens einen Bot.',
    connectNow: 'Verbinden',
    done: (title) => `${title} antwortet`,
    doneFor: (names) => `für: ${names}`,
    stopped: 'Verbunden, funktioniert aber nicht',
    other: 'Anderen Dienst verbinden',
    later: 'Noch niemand: später wählen',
    laterHelp: 'Bis dahin lesen Kunden die Worte oben, und ein Mensch wird gerufen. Niemand bleibt ohne Antwort.',
    standIn: 'Was Kunden lesen, bis jemand antwortet',
    standInHelp: 'Leer: der Standardtext in der Sprache des Portals.',
    standInSaved: 'Gespeichert. Ab seiner nächsten Nachricht sagt der Bot das.',
    givingFailed:
      'Das Konto ist verbunden, aber noch nicht alle Bots haben es. Klicken Sie auf „Noch einmal versuchen“.',
  },
  line: {
    title: 'Wo schreiben Kunden?',
    lead: 'In einem Kommunikationskanal empfängt der Bot Ihre Kunden als Erster und ruft Menschen, wenn es nötig ist.',
    none: 'Es gibt noch keinen Kommunikationskanal',
    noneHelp:
      'Erstellen Sie einen in Bitrix24 unter „Contact Center“ und klicken Sie dann auf „Noch einmal nachsehen“. Oder überspringen Sie diesen Schritt.',
    look: 'Noch einmal nachsehen',
    attach: 'Zuweisen',
    attachTo: (line) => `Dem Kanal „${line}“ zuweisen`,
    replace: 'Ersetzen',
    replaceIn: (line) => `Den Bot von „${line}“ ersetzen`,
    off: 'in Bitrix24 ausgeschaltet',
    met: (bot) => `${bot} empfängt die Kunden`,
    foreign: 'der Bot einer anderen App empfängt die Kunden',
    nobody: 'Kunden gelangen sofort zu den Operatoren',
    attached: (bot, line) => `${bot} empfängt die Kunden von „${line}“ ab ihrem nächsten Gespräch.`,
    noBot:
      'Es gibt keinen Bot für Kommunikationskanäle. Gehen Sie zurück zu „Bots“ oder fügen Sie später unter „Bots“ einen hinzu.',
  },
  message: {
    title: 'Schreiben Sie jetzt Ihrem Bot',
    lead: (bot) =>
      `Öffnen Sie den Chat mit „${bot}“ und schreiben Sie irgendetwas. Diese Seite zeigt, was daraus wird.`,
    open: 'Chat öffnen',
    openFailed: (bot) => `Öffnen Sie den Messenger von Bitrix24, suchen Sie „${bot}“ und schreiben Sie dort.`,
    waiting: 'Warten auf Ihre Nachricht…',
    waitingLong:
      'Noch ist nichts angekommen. Haben Sie dem Bot selbst geschrieben? Dann sendet Bitrix24 der App vielleicht noch keine Nachrichten: Klicken Sie auf „Noch einmal prüfen“ und schreiben Sie erneut.',
    check: 'Noch einmal prüfen',
    arrived: (bot) => `Ihre Nachricht hat „${bot}“ erreicht`,
    passed: (who) => `Sie liegt bei: ${who}`,
    answered: (seconds) => `Die Antwort steht nach ${seconds} s im Chat`,
    wait: 'Warten auf die Antwort…',
    unanswered:
      'Es ist niemand verbunden, der antwortet. Das hat der Bot gesagt, und im Kommunikationskanal wurden Menschen gerufen.',
    retrying: 'Sie kam noch nicht durch; die App versucht es weiter',
    failed: 'Sie kam nicht durch',
    failedHelp:
      'Gehen Sie zurück zu „Wer antwortet“ und prüfen Sie die Verbindung. Die Nachricht bleibt unter „Nicht zugestellt“ erhalten.',
    ignored: 'Der Bot hat nicht geantwortet',
    success: 'Es funktioniert. Ihre Bots sind bereit.',
    finish: 'Fertigstellen',
    chooseNow: 'Auswählen, wer antwortet',
    finishWithout: 'Ohne Nachricht abschließen',
  },
};
