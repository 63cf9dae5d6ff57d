import type { Texts } from '../shape.ts';

export const states: Texts['states'] = {
  bot: {
    wanted: 'wird verbunden',
    registered: 'arbeitet',
    refused: 'abgelehnt',
    deleted: 'im Portal entfernt',
  },
  portal: {
    installed: 'verbunden',
    disconnected: 'braucht eine Autorisierung',
    suspended: 'nicht bezahlt',
    uninstalled: 'entfernt',
  },
  botType: {
    O: 'Kommunikationskanal',
    S: 'Beobachter',
    B: 'Gewöhnlich',
  },
  source: {
    bitrix24: 'Bitrix24',
    bridge: 'die App selbst',
  },
  delivery: {
    waiting: 'wartet',
    dead_letter: 'nicht zugestellt',
    unknown: 'unbekannt, ob es ankam',
  },
  stopped: {
    other: 'im anderen Dienst ausgeschaltet',
    stopped: 'im anderen Dienst ausgeschaltet',
    gone: 'der verbundene Server will keine Ereignisse mehr (410)',
    refused: 'der verbundene Server lehnt die Signatur ab: prüfen Sie den Schlüssel',
    switched_off: 'das Modul ist im CRM ausgeschaltet',
    chats_off: 'Chats sind im CRM ausgeschaltet',
    frozen: 'das Modul ist im CRM eingefroren',
    unpaid: 'das CRM-Konto kann das Modul nicht bezahlen',
    key_refused: 'der Dienst nimmt den API-Schlüssel nicht mehr an',
    token_refused: 'der Dienst nimmt das Token nicht mehr an',
    bearer_refused: 'der Dienst nimmt das Token nicht mehr an',
    not_found: 'im Dienst gibt es keinen solchen Bot',
    wrong_address: 'unter dieser Adresse gibt es den Dienst nicht',
    rights_missing: 'dem API-Schlüssel des CRM fehlen Rechte: erteilen Sie sie, oder verbinden Sie es neu',
    no_account: 'unter der Adresse des CRM gibt es kein Konto mehr: verbinden Sie es neu',
    moved: 'das CRM ist umgezogen: verbinden Sie es unter der neuen Adresse',
  },
  app: {
    not_finished:
      'Die App der Bots muss einmal geöffnet werden: Nach einer Installation oder Aktualisierung schickt Bitrix24 ihr keine Nachrichten, bis ein Administrator sie geöffnet hat. Bis dahin hören die Bots nichts.',
    payment_expired:
      'Bitrix24 meldet, dass die App der Bots nicht bezahlt ist. Bis dahin schickt Bitrix24 ihr keine Nachrichten, und die Bots hören nichts.',
  },
};
