/** What the bots say in Polish. */
import type { BotTexts } from './shape.ts';

export const pl: BotTexts = {
  greeting: {
    private: (name) => `Dzień dobry! Jestem ${name}. Proszę napisać pytanie, a odpowiem.`,
    group: (name) => `Dzień dobry! Jestem ${name}. Odpowiadam, gdy ktoś mnie wspomni: @${name} i pytanie.`,
    line: (name) => `Dzień dobry! Jestem ${name}. W czym mogę pomóc? Wyślij 0, aby wezwać człowieka.`,
  },
  help: {
    private: () => 'Proszę pisać zwykłymi słowami: każda wiadomość dostanie odpowiedź.',
    group: (name) => `Wspomnij mnie (@${name}) w wiadomości, a odpowiem. Niczego innego nie komentuję.`,
    line: () => 'Proszę pisać zwykłymi słowami. Cyfra 0 wzywa człowieka.',
  },
  commands: 'Polecenia:\n/help – ta podpowiedź\n/bot – oddać rozmowę botowi\n/operator – przekazać rozmowę człowiekowi',
  handedBack: 'Rozmowę znów prowadzi bot.',
  handedBackAfter: (minutes) => `Od ${minutes} min nikt nic nie napisał; rozmowę znów prowadzi bot.`,
  giveBack: 'Oddaj botowi',
  handedOver: 'Rozmowę prowadzi teraz człowiek, bot milczy. Aby ją oddać: /bot',
  takenOver: (name) => `Rozmowę prowadzi teraz ${name}, bot milczy. Aby oddać ją botowi: /bot`,
  silence: {
    toCustomer: 'Przepraszam za oczekiwanie, wzywam kolegę.',
    note: (minutes) => `Od ${minutes} min nie ma odpowiedzi; rozmowę przekazano ludziom.`,
  },
  unanswered: {
    toCustomer: 'Dziękuję za wiadomość. Wzywam współpracownika, który odpowie tutaj.',
    note: 'Nikt jeszcze nie odpowiada za tego bota: rozmowę przekazano ludziom. Kto odpowiada, wybiera administrator w aplikacji botów.',
    toEmployee:
      'Jeszcze nie mogę odpowiedzieć: nie podłączono nikogo, kto by za mnie odpowiadał. Administrator otwiera aplikację botów w Bitrix24 i wybiera „Kto odpowiada”.',
  },
  tooManyTurns: {
    toCustomer: 'Wzywam kogoś z zespołu.',
    note: (turns, minutes) =>
      `Odpowiedzi: ${turns} w ${minutes} min. Wygląda na to, że odpowiadają sobie dwa automaty. Bot teraz milczy. Aby oddać mu rozmowę: /bot`,
  },
  fileOnly: (names) => `[Plik: ${names}]`,
  changeFailed: {
    edit: 'Wiadomość zmieniono, ale nie udało się przekazać zmiany: po drugiej stronie pozostał dawny tekst.',
    delete: 'Wiadomość usunięto, ale nie udało się tego przekazać: po drugiej stronie nadal jest widoczna.',
  },
  appTrouble: {
    not_finished:
      'Proszę raz otworzyć aplikację botów: po instalacji lub aktualizacji Bitrix24 nie wysyła do niej wiadomości, dopóki administrator jej nie otworzy. Do tego czasu boty nic nie słyszą.',
    payment_expired:
      'Bitrix24 informuje, że aplikacja botów nie jest opłacona. Do czasu opłacenia nie wysyła do niej wiadomości, a boty nic nie słyszą.',
  },
  commandTitles: {
    help: 'Podpowiedź',
    bot: 'Oddać rozmowę botowi',
    operator: 'Przekazać rozmowę człowiekowi',
    press: 'Przycisk',
  },
  defaultNames: { O: 'Pomocnik kanału', S: 'Obserwator', B: 'Asystent', P: 'Osobisty asystent' },
  work: {
    O: 'Odpowiada klientom w otwartych kanałach',
    S: 'Pomaga w czatach grupowych, gdy ktoś go wspomni',
    B: 'Odpowiada pracownikom w czacie prywatnym',
    P: 'Osobisty asystent: czyta czaty, w których jest',
  },
};
