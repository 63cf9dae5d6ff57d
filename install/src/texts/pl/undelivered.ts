import type { Texts } from '../shape.ts';

export const undelivered: Texts['undelivered'] = {
  lead: 'To, co mimo wszystkich prób nie dotarło. Usuń przyczynę i wyślij ponownie: nic nie ginie, dopóki tego nie odrzucisz.',
  none: 'Wszystko dostarczono',
  noneHelp: 'Jeśli coś nie dotrze, pojawi się tutaj wraz z przyczyną.',
  againAll: 'Wyślij wszystko ponownie',
  againAllAsk:
    'Wszystko zostanie wysłane ponownie w kolejności, w której nadeszło. To, co mogło już dotrzeć, zostanie pominięte: o tym zdecyduj poniżej.',
  dropAll: 'Odrzuć wszystko',
  dropAllAsk: 'Nic z tego nigdy nie zostanie dostarczone. Odrzucić wszystko?',
  export: 'Zapisz jako CSV',
  exporting: (count) => `Odczytane wiersze: ${count}…`,
  saved: (count) => `Zapisane wiersze: ${count}.`,
  show: 'Pokaż',
  hide: 'Ukryj',
  count: (count) => `Nie dostarczono: ${count}`,
  span: (oldest, newest) => `${oldest} – ${newest}`,
  again: 'Wyślij ponownie',
  againGroup: 'Wyślij te ponownie',
  againGroupAsk: 'Wszystkie z tą przyczyną zostaną wysłane ponownie w kolejności, w której nadeszły.',
  againUnknownAsk: 'Mogły już dotrzeć. Po ponownym wysłaniu mogą być widoczne dwa razy.',
  drop: 'Odrzuć',
  dropGroup: 'Odrzuć te',
  dropGroupAsk: 'Nic z tego nigdy nie zostanie dostarczone. Odrzucić wszystkie z tą przyczyną?',
  dropOneAsk: 'Nigdy nie zostanie to dostarczone. Odrzucić?',
  working: (count) => `Zrobiono dotąd: ${count}…`,
  sentAgain: (count) => `Wysłano ponownie: ${count}.`,
  dropped: (count) => `Odrzucono: ${count}.`,
  whole: 'dla całej aplikacji',
  sides: {
    portal: 'do Bitrix24',
    brain: 'do odpowiadającego',
    app: 'wewnątrz aplikacji',
    from: (source) => `od: ${source}`,
  },
  kinds: {
    message: 'wiadomość',
    mirrored: 'wiadomość tylko do wglądu',
    overheard: 'wiadomość tylko do wglądu',
    send: 'wiadomość bota',
    send_file: 'plik bota',
    edit: 'zmiana wiadomości',
    delete: 'usunięcie wiadomości',
    handover: 'wezwanie człowieka',
    finish: 'zakończenie rozmowy',
    receipt: 'potwierdzenie dostarczenia',
    request: 'prośba',
    owner_changed: 'zmiana prowadzącego',
    crm: 'rekordy CRM',
    event: 'zdarzenie',
    other: 'inne',
  },
  unknownState: 'Mogło dotrzeć',
  reasons: {
    unreachable: {
      title: 'Druga strona była niedostępna',
      remedy: 'Sprawdź, czy połączona usługa działa i czy jej adres jest poprawny, a potem wyślij ponownie.',
    },
    portalGone: {
      title: 'Bitrix24 nie wpuszcza już aplikacji',
      remedy: 'Administrator musi raz otworzyć aplikację w Bitrix24: to odnowi dostęp. Potem wyślij ponownie.',
    },
    portalUnpaid: {
      title: 'Bitrix24 odrzuca aplikację: brak odpowiedniego planu lub płatności',
      remedy: 'Sprawdź plan Bitrix24 i płatność za aplikację, a potem wyślij ponownie.',
    },
    portalRefused: {
      title: 'Bitrix24 to odrzucił',
      remedy:
        'Zwykle bota nie ma już na czacie albo czat jest zamknięty. Dodaj bota z powrotem i wyślij ponownie albo odrzuć.',
    },
    notConnected: {
      title: 'Nie połączono nikogo, kto mógłby odpowiedzieć',
      remedy: 'Otwórz „Kto odpowiada”, połącz usługę z botem, a potem wyślij ponownie.',
    },
    paused: {
      title: 'Połączenie jest wstrzymane lub wyłączone',
      remedy: 'Otwórz „Kto odpowiada”, włącz połączenie, a potem wyślij ponownie.',
    },
    limits: {
      title: 'Limit żądań był zbyt długo wyczerpany',
      remedy: 'Poczekaj, aż obciążenie spadnie, a potem wyślij ponownie.',
    },
    interrupted: {
      title: 'Aplikacja zatrzymała się w trakcie',
      remedy: 'Sprawdź na czacie, czy to dotarło. Jeśli nie, wyślij ponownie; jeśli tak, odrzuć.',
    },
    homeless: {
      title: 'Nie znaleziono rozmowy, do której to należy',
      remedy:
        'Zwykle rozmowa zaczęła się przed połączeniem usługi. Wyślij ponownie, gdy ktoś w niej napisze, albo odrzuć.',
    },
    serviceRefused: {
      title: 'Połączona usługa to odrzuciła',
      remedy: 'Otwórz „Kto odpowiada” i sprawdź połączenie: zobaczysz, co jest nie tak. Potem wyślij ponownie.',
    },
    own: {
      title: 'Błąd samej aplikacji',
      remedy: 'Wyślij ponownie. Jeśli to nie pomoże, podaj kod osobie, która zainstalowała aplikację.',
    },
  },
  code: (code) => `Kod: ${code}`,
};
