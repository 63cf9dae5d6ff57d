import type { Texts } from '../shape.ts';

export const problems: Texts['problems'] = {
  network: 'Aplikacja nie może wywołać tego adresu: potrzebny jest publiczny adres https.',
  http: 'Usługa nie odpowiada. Sprawdź jej adres i spróbuj ponownie.',
  'connection.gone': 'Bot lub jego połączenie zostało w międzyczasie usunięte. Zacznij od nowa.',
  'connection.changed': 'Ktoś inny zmienił w międzyczasie bota lub jego połączenie. Sprawdź, zanim powtórzysz.',
  'connection.in_use': 'Boty nadal odpowiadają przez to połączenie. Najpierw daj im inne.',
  'bot.exists': 'Bot o tym kodzie już istnieje.',
  'bot.too_many': 'Bitrix24 nie pozwala aplikacji na więcej botów. Najpierw usuń jednego.',
  'bot.deleted': 'Ktoś usunął tego bota w Bitrix24. Dodaj go ponownie.',
  'bot.bad_name': 'Nazwa ma od 1 do 100 znaków.',
  'bot.which_connection': 'Wybierz połączenie, przez które odpowiada bot.',
  'bot.not_registered': 'Bota nie ma jeszcze w Bitrix24.',
  'bot.not_for_lines': 'Klientów może witać tylko bot dla Otwartych Kanałów.',
  'bot.bad_picture': 'Obraz to kwadratowy PNG od 50 do 1000 pikseli, najwyżej 300 KiB.',
  'bot.bad_code': 'Kod składa się z liter łacińskich, cyfr, _ . i -',
  'line.taken': 'Klientów tego kanału wita bot innej aplikacji.',
  'line.forbidden':
    'Osoba, która zainstalowała aplikację, nie może edytować Otwartych Kanałów. Administrator z tym prawem otwiera aplikację raz albo ustawia bota w samym kanale.',
  'conversation.person_leads':
    'Rozmowę prowadzi człowiek. Najpierw oddaj ją botowi albo napisz na czacie samodzielnie.',
  'deliveries.waiting': 'Wysyłanie jeszcze trwa.',
  'deliveries.confirm': 'Być może już dotarło. Potwierdź ponowne wysłanie.',
  'deliveries.just_sent': 'Przed chwilą wysłano to ponownie.',
  'dead_letters.unknown': 'To zostało w międzyczasie wysłane ponownie lub odrzucone.',
  'settings.too_long': 'Ta instalacja nie przechowuje wiadomości tak długo.',
  'erase.not_confirmed': 'Wpisany tekst się nie zgadza. Nic nie usunięto.',
  'export.under_way': 'Eksport tego portalu już trwa. Poczekaj, aż się skończy.',
  'portal.uninstalled': 'Aplikacja została usunięta.',
};
