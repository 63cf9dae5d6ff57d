import type { Texts } from '../shape.ts';

export const states: Texts['states'] = {
  bot: {
    wanted: 'łączy się',
    registered: 'działa',
    refused: 'odrzucony',
    deleted: 'usunięty w portalu',
  },
  portal: {
    installed: 'połączony',
    disconnected: 'wymaga autoryzacji',
    suspended: 'nieopłacony',
    uninstalled: 'usunięty',
  },
  botType: {
    O: 'Otwarty kanał',
    S: 'Obserwator',
    B: 'Zwykły',
  },
  source: {
    bitrix24: 'Bitrix24',
    bridge: 'sama aplikacja',
  },
  delivery: {
    waiting: 'czeka',
    dead_letter: 'nie dostarczono',
    unknown: 'nie wiadomo, czy dotarło',
  },
  stopped: {
    other: 'wyłączone w drugiej usłudze',
    stopped: 'wyłączone w drugiej usłudze',
    gone: 'połączony serwer nie chce już zdarzeń (410)',
    refused: 'połączony serwer odrzuca podpis: sprawdź klucz',
    switched_off: 'moduł jest wyłączony w CRM',
    chats_off: 'czaty są wyłączone w CRM',
    frozen: 'moduł jest zamrożony w CRM',
    unpaid: 'konto CRM nie może zapłacić za moduł',
    key_refused: 'usługa nie przyjmuje już klucza API',
    token_refused: 'usługa nie przyjmuje już tokenu',
    bearer_refused: 'usługa nie przyjmuje już tokenu',
    not_found: 'w usłudze nie ma takiego bota',
    wrong_address: 'pod tym adresem nie ma usługi',
    rights_missing: 'kluczowi API CRM brakuje uprawnień: nadaj je lub połącz ponownie',
    no_account: 'pod adresem CRM nie ma już konta: połącz je ponownie',
    moved: 'CRM zmienił adres: połącz go pod nowym',
  },
  app: {
    not_finished:
      'Aplikację botów trzeba raz otworzyć: po instalacji lub aktualizacji Bitrix24 nie wysyła jej wiadomości, dopóki administrator jej nie otworzy. Do tego czasu boty niczego nie słyszą.',
    payment_expired:
      'Bitrix24 informuje, że aplikacja botów nie jest opłacona. Do tego czasu nie wysyła jej wiadomości, a boty niczego nie słyszą.',
  },
};
