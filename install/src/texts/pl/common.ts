import type { Texts } from '../shape.ts';

export const common: Texts['common'] = {
  pages: {
    health: 'Przegląd',
    bots: 'Boty',
    connections: 'Kto odpowiada',
    conversations: 'Rozmowy',
    undelivered: 'Niedostarczone',
    settings: 'Ustawienia',
  },
  menu: 'Strony aplikacji',
  loading: 'Wczytywanie…',
  stillLoading: 'Trwa to dłużej niż zwykle. Próbujemy dalej.',
  again: 'Spróbuj ponownie',
  reopen: 'Otwórz ponownie',
  save: 'Zapisz',
  saved: 'Zapisano',
  cancel: 'Anuluj',
  next: 'Dalej',
  search: 'Szukaj',
  more: 'Pokaż więcej',
  yes: 'Tak',
  no: 'Nie',
  copy: 'Kopiuj',
  copied: 'Skopiowano',
  readOnly: 'Tutaj można tylko przeglądać. Zmiany wprowadzają administratorzy portalu.',
  failures: {
    title: 'Nie udało się',
    lost: 'Brak połączenia z aplikacją. Sprawdź połączenie i spróbuj ponownie.',
    sessionOver: 'Ta strona była otwarta zbyt długo. Otwórz aplikację ponownie.',
    notAllowed: 'O tym, kto może otwierać tę aplikację, decyduje administrator Bitrix24. Poproś go o dostęp.',
    tooMany: 'Zbyt wiele prób. Poczekaj minutę i spróbuj ponownie.',
    changedMeanwhile: 'W międzyczasie zmienił to ktoś inny. Oto stan obecny.',
    gone: 'Tego już nie ma.',
    unavailable: 'Aplikacja jest zajęta lub aktualizowana. Spróbuj za chwilę.',
    other: (code) =>
      `Coś poszło nie tak (${code}). Spróbuj ponownie; jeśli to nie pomoże, podaj ten kod integratorowi.`,
  },
  refused: {
    title: 'Nie można otworzyć aplikacji',
    'install.incomplete': 'Otwórz aplikację z menu Bitrix24: ta strona działa tylko tam.',
    'install.forged': 'Bitrix24 nie potwierdził, że żądanie pochodzi z tego portalu.',
    'install.busy': 'Zbyt wiele instalacji naraz. Spróbuj za minutę.',
    'bitrix24.token_not_proven': 'Bitrix24 nie potwierdził żądania. Otwórz aplikację ponownie.',
    'bitrix24.visitor_unknown':
      'Bitrix24 nie podał, kim jesteś: teraz nie odpowiada albo dostaje zbyt wiele żądań. Otwórz aplikację ponownie za minutę.',
    'bitrix24.foreign_oauth_host': 'Adresu serwera autoryzacji tego portalu nie ma na liście dozwolonych.',
    'network.private_address':
      'Adres portalu znajduje się w sieci prywatnej, a ustawienia aplikacji na to nie pozwalają.',
    'network.scheme': 'Portal działa bez https, a ustawienia aplikacji na to nie pozwalają.',
    other: 'Serwer autoryzacji Bitrix24 jest teraz niedostępny. Spróbuj za minutę.',
  },
};
