/** What an administrator reads about errors of the connected server, by code, and about why a connection does not work. */
import type { Language } from '../../core/language.ts';

type InAll = Readonly<Record<Language, string>>;

const gone: InAll = {
  en: 'The server wants no more events (410 Gone). Start it again, or enter another address in the settings.',
  ru: 'Сервер больше не принимает события (410 Gone). Запустите его снова или укажите в настройках другой адрес.',
  de: 'Der Server will keine Ereignisse mehr (410 Gone). Starten Sie ihn wieder oder geben Sie in den Einstellungen eine andere Adresse an.',
  es: 'El servidor ya no quiere eventos (410 Gone). Vuelva a iniciarlo o introduzca otra dirección en los ajustes.',
  pt: 'O servidor não quer mais eventos (410 Gone). Inicie-o de novo ou informe outro endereço nas configurações.',
  pl: 'Serwer nie chce już zdarzeń (410 Gone). Uruchom go ponownie lub wpisz inny adres w ustawieniach.',
  uk: 'Сервер більше не приймає події (410 Gone). Запустіть його знову або вкажіть у налаштуваннях іншу адресу.',
  kz: 'Сервер енді оқиғаларды қабылдамайды (410 Gone). Оны қайта іске қосыңыз немесе баптауларда басқа мекенжайды көрсетіңіз.',
};

const signatureRefused: InAll = {
  en: 'The server refuses the signature. Enter the signing key that it has.',
  ru: 'Сервер не принимает подпись. Укажите тот ключ подписи, который задан на нём.',
  de: 'Der Server lehnt die Signatur ab. Geben Sie den Signaturschlüssel an, den er hat.',
  es: 'El servidor rechaza la firma. Introduzca la clave de firma que tiene.',
  pt: 'O servidor recusa a assinatura. Informe a chave de assinatura que ele tem.',
  pl: 'Serwer odrzuca podpis. Wpisz klucz podpisu, który ma.',
  uk: 'Сервер не приймає підпис. Укажіть той ключ підпису, який задано на ньому.',
  kz: 'Сервер қолтаңбаны қабылдамайды. Серверде берілген қолтаңба кілтін көрсетіңіз.',
};

/** By the reason that `checkHealth` gives. */
export const disabledHelp: Readonly<Record<'gone' | 'refused', InAll>> = { gone, refused: signatureRefused };

export const problemTexts: Readonly<Record<string, InAll>> = {
  'webhook.gone': gone,
  'webhook.signature_refused': signatureRefused,
  'webhook.refused': {
    en: 'The server refused the event. Look into its log, and check the address.',
    ru: 'Сервер отклонил событие. Посмотрите его журнал и проверьте адрес.',
    de: 'Der Server hat das Ereignis abgelehnt. Sehen Sie in sein Protokoll und prüfen Sie die Adresse.',
    es: 'El servidor rechazó el evento. Mire su registro y compruebe la dirección.',
    pt: 'O servidor recusou o evento. Veja o registro dele e verifique o endereço.',
    pl: 'Serwer odrzucił zdarzenie. Zajrzyj do jego dziennika i sprawdź adres.',
    uk: 'Сервер відхилив подію. Подивіться його журнал і перевірте адресу.',
    kz: 'Сервер оқиғаны қабылдамады. Оның журналын қарап, мекенжайды тексеріңіз.',
  },
  'webhook.redirected': {
    en: 'The server redirects, which is not followed. Enter the address it leads to.',
    ru: 'Сервер перенаправляет, а перенаправления не выполняются. Укажите адрес, на который он ведёт.',
    de: 'Der Server leitet um, und Umleitungen wird nicht gefolgt. Geben Sie die Adresse an, zu der er führt.',
    es: 'El servidor redirige, y las redirecciones no se siguen. Introduzca la dirección a la que lleva.',
    pt: 'O servidor redireciona, e redirecionamentos não são seguidos. Informe o endereço para onde ele leva.',
    pl: 'Serwer przekierowuje, a przekierowania nie są wykonywane. Wpisz adres, do którego prowadzi.',
    uk: 'Сервер перенаправляє, а перенаправлення не виконуються. Укажіть адресу, на яку він веде.',
    kz: 'Сервер басқа мекенжайға бағыттайды, ал бағыттау орындалмайды. Ол апаратын мекенжайды көрсетіңіз.',
  },
  'webhook.not_there': {
    en: 'The server does not take events at this address now. Start it, or check the address.',
    ru: 'По этому адресу сервер сейчас не принимает события. Запустите его или проверьте адрес.',
    de: 'Der Server nimmt unter dieser Adresse gerade keine Ereignisse an. Starten Sie ihn oder prüfen Sie die Adresse.',
    es: 'El servidor no acepta ahora eventos en esta dirección. Inícielo o compruebe la dirección.',
    pt: 'O servidor não aceita eventos neste endereço agora. Inicie-o ou verifique o endereço.',
    pl: 'Serwer nie przyjmuje teraz zdarzeń pod tym adresem. Uruchom go lub sprawdź adres.',
    uk: 'За цією адресою сервер зараз не приймає події. Запустіть його або перевірте адресу.',
    kz: 'Бұл мекенжайда сервер қазір оқиғаларды қабылдамайды. Оны іске қосыңыз немесе мекенжайды тексеріңіз.',
  },
  'webhook.throttled': {
    en: 'The server asks for fewer calls. Try again in a minute.',
    ru: 'Сервер просит реже обращаться к нему. Повторите через минуту.',
    de: 'Der Server bittet um weniger Aufrufe. Versuchen Sie es in einer Minute noch einmal.',
    es: 'El servidor pide menos llamadas. Inténtelo de nuevo en un minuto.',
    pt: 'O servidor pede menos chamadas. Tente de novo em um minuto.',
    pl: 'Serwer prosi o mniej wywołań. Spróbuj ponownie za minutę.',
    uk: 'Сервер просить звертатися до нього рідше. Повторіть за хвилину.',
    kz: 'Сервер сирек жүгінуді сұрайды. Бір минуттан кейін қайталаңыз.',
  },
  'webhook.failed': {
    en: 'The server does not work right now. Look into its log, or try again later.',
    ru: 'Сервер сейчас не работает. Посмотрите его журнал или повторите позже.',
    de: 'Der Server funktioniert gerade nicht. Sehen Sie in sein Protokoll oder versuchen Sie es später noch einmal.',
    es: 'El servidor no funciona en este momento. Mire su registro o inténtelo más tarde.',
    pt: 'O servidor não está funcionando agora. Veja o registro dele ou tente mais tarde.',
    pl: 'Serwer teraz nie działa. Zajrzyj do jego dziennika lub spróbuj później.',
    uk: 'Сервер зараз не працює. Подивіться його журнал або повторіть пізніше.',
    kz: 'Сервер қазір жұмыс істемейді. Оның журналын қараңыз немесе кейінірек қайталаңыз.',
  },
};

/** The message for a text that is not a signing key. */
export const wrongKey: InAll = {
  en: 'A signing key is whsec_ and 24 to 64 bytes in Base64.',
  ru: 'Ключ подписи — это whsec_ и от 24 до 64 байт в Base64.',
  de: 'Ein Signaturschlüssel ist whsec_ und 24 bis 64 Bytes in Base64.',
  es: 'Una clave de firma es whsec_ y de 24 a 64 bytes en Base64.',
  pt: 'Uma chave de assinatura é whsec_ e de 24 a 64 bytes em Base64.',
  pl: 'Klucz podpisu to whsec_ i od 24 do 64 bajtów w Base64.',
  uk: 'Ключ підпису — це whsec_ і від 24 до 64 байтів у Base64.',
  kz: 'Қолтаңба кілті – whsec_ және Base64 түріндегі 24-тен 64-ке дейінгі байт.',
};
