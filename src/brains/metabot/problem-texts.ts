/** What an administrator reads about errors of Metabot, by code, and about why an account does not work. */
import type { Language } from '../../core/language.ts';

type InAll = Readonly<Record<Language, string>>;

const tokenRefused: InAll = {
  en: 'Metabot does not accept the token. Create a token of an API user of this bot and enter it in the settings.',
  ru: 'Metabot не принимает токен. Создайте токен пользователя API этого бота и укажите его в настройках.',
  de: 'Metabot nimmt das Token nicht an. Erstellen Sie ein Token eines API-Benutzers dieses Bots und geben Sie es in den Einstellungen an.',
  es: 'Metabot no acepta el token. Cree un token de un usuario API de este bot e introdúzcalo en los ajustes.',
  pt: 'O Metabot não aceita o token. Crie um token de um usuário de API deste bot e informe-o nas configurações.',
  pl: 'Metabot nie przyjmuje tokenu. Utwórz token użytkownika API tego bota i wpisz go w ustawieniach.',
  uk: 'Metabot не приймає токен. Створіть токен користувача API цього бота і вкажіть його в налаштуваннях.',
  kz: 'Metabot токенді қабылдамайды. Осы боттың API пайдаланушысының токенін жасап, баптауларда көрсетіңіз.',
};

const notFound: InAll = {
  en: 'Metabot has no such bot or endpoint. Check the bot id, the alias and the address.',
  ru: 'В Metabot нет такого бота или точки API. Проверьте ID бота, алиас и адрес.',
  de: 'Bei Metabot gibt es keinen solchen Bot oder Endpunkt. Prüfen Sie Bot-ID, Alias und Adresse.',
  es: 'En Metabot no existe ese bot o punto de acceso. Compruebe el id del bot, el alias y la dirección.',
  pt: 'No Metabot não existe esse bot ou endpoint. Verifique o id do bot, o alias e o endereço.',
  pl: 'W Metabot nie ma takiego bota lub punktu API. Sprawdź identyfikator bota, alias i adres.',
  uk: 'У Metabot немає такого бота чи точки API. Перевірте ID бота, аліас і адресу.',
  kz: 'Metabot-та мұндай бот немесе API нүктесі жоқ. Бот ID-ін, алиасты және мекенжайды тексеріңіз.',
};

/** By the reason that `checkHealth` gives. */
export const disabledHelp: Readonly<Record<'token_refused' | 'not_found', InAll>> = {
  token_refused: tokenRefused,
  not_found: notFound,
};

export const problemTexts: Readonly<Record<string, InAll>> = {
  'metabot.token_refused': tokenRefused,
  'metabot.busy': {
    en: 'Metabot asks for fewer calls. Try again in a minute.',
    ru: 'Metabot просит реже обращаться к нему. Повторите через минуту.',
    de: 'Metabot bittet um weniger Aufrufe. Versuchen Sie es in einer Minute noch einmal.',
    es: 'Metabot pide menos llamadas. Inténtelo de nuevo en un minuto.',
    pt: 'O Metabot pede menos chamadas. Tente de novo em um minuto.',
    pl: 'Metabot prosi o mniej wywołań. Spróbuj ponownie za minutę.',
    uk: 'Metabot просить звертатися до нього рідше. Повторіть за хвилину.',
    kz: 'Metabot сирек жүгінуді сұрайды. Бір минуттан кейін қайталаңыз.',
  },
  'metabot.failed': {
    en: 'Metabot does not work right now. Try again later.',
    ru: 'Metabot сейчас не работает. Повторите позже.',
    de: 'Metabot funktioniert gerade nicht. Versuchen Sie es später noch einmal.',
    es: 'Metabot no funciona en este momento. Inténtelo más tarde.',
    pt: 'O Metabot não está funcionando agora. Tente mais tarde.',
    pl: 'Metabot teraz nie działa. Spróbuj później.',
    uk: 'Metabot зараз не працює. Повторіть пізніше.',
    kz: 'Metabot қазір жұмыс істемейді. Кейінірек қайталаңыз.',
  },
  'metabot.refused': {
    en: 'Metabot refused the call. Check the bot id, the alias, the address and the script.',
    ru: 'Metabot отклонил вызов. Проверьте ID бота, алиас, адрес и скрипт.',
    de: 'Metabot hat den Aufruf abgelehnt. Prüfen Sie Bot-ID, Alias, Adresse und Skript.',
    es: 'Metabot rechazó la llamada. Compruebe el id del bot, el alias, la dirección y el script.',
    pt: 'O Metabot recusou a chamada. Verifique o id do bot, o alias, o endereço e o script.',
    pl: 'Metabot odrzucił wywołanie. Sprawdź identyfikator bota, alias, adres i skrypt.',
    uk: 'Metabot відхилив виклик. Перевірте ID бота, аліас, адресу і скрипт.',
    kz: 'Metabot шақыруды қабылдамады. Бот ID-ін, алиасты, мекенжайды және скриптті тексеріңіз.',
  },
  'metabot.unreadable_answer': {
    en: 'Another program answers at this address, not Metabot. Check the address.',
    ru: 'По этому адресу отвечает не Metabot. Проверьте адрес.',
    de: 'Unter dieser Adresse antwortet nicht Metabot. Prüfen Sie die Adresse.',
    es: 'En esta dirección no responde Metabot. Compruebe la dirección.',
    pt: 'Neste endereço não é o Metabot que responde. Verifique o endereço.',
    pl: 'Pod tym adresem nie odpowiada Metabot. Sprawdź adres.',
    uk: 'За цією адресою відповідає не Metabot. Перевірте адресу.',
    kz: 'Бұл мекенжайда Metabot жауап бермейді. Мекенжайды тексеріңіз.',
  },
  'metabot.bad_job': {
    en: 'A job runs one script or trigger, by its code or its id, at a time (YYYY-MM-DD hh:mm:ss) or after a delay.',
    ru: 'Задание запускает один скрипт или триггер по коду или ID, в заданное время (ГГГГ-ММ-ДД чч:мм:сс) или с задержкой.',
    de: 'Ein Auftrag startet ein Skript oder einen Trigger, nach Code oder ID, zu einer Zeit (JJJJ-MM-TT hh:mm:ss) oder nach einer Frist.',
    es: 'Una tarea ejecuta un script o un disparador, por su código o su id, a una hora (AAAA-MM-DD hh:mm:ss) o tras un plazo.',
    pt: 'Uma tarefa executa um script ou gatilho, pelo código ou id, em um horário (AAAA-MM-DD hh:mm:ss) ou após um prazo.',
    pl: 'Zadanie uruchamia jeden skrypt lub wyzwalacz, według kodu lub id, o czasie (RRRR-MM-DD gg:mm:ss) albo po opóźnieniu.',
    uk: 'Завдання запускає один скрипт або тригер за кодом чи ID, у заданий час (РРРР-ММ-ДД гг:хх:сс) або із затримкою.',
    kz: 'Тапсырма бір скриптті немесе триггерді коды не ID бойынша, белгілі уақытта (ЖЖЖЖ-АА-КК сс:мм:сс) немесе кідіріспен іске қосады.',
  },
  'metabot.bad_request': {
    en: 'This cannot be ordered from Metabot.',
    ru: 'Такое поручить Metabot нельзя.',
    de: 'Das lässt sich bei Metabot nicht bestellen.',
    es: 'Esto no se puede encargar a Metabot.',
    pt: 'Isto não pode ser pedido ao Metabot.',
    pl: 'Tego nie można zlecić Metabot.',
    uk: 'Таке доручити Metabot не можна.',
    kz: 'Мұны Metabot-қа тапсыруға болмайды.',
  },
};
