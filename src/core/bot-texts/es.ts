/** What the bots say in Spanish. */
import type { BotTexts } from './shape.ts';

export const es: BotTexts = {
  greeting: {
    private: (name) => `¡Hola! Soy ${name}. Escriba su pregunta y le responderé.`,
    group: (name) => `¡Hola! Soy ${name}. Respondo cuando me mencionan: @${name} y su pregunta.`,
    line: (name) => `¡Hola! Soy ${name}. ¿En qué puedo ayudarle? Envíe 0 para llamar a una persona.`,
  },
  help: {
    private: () => 'Escriba con sus propias palabras: cada mensaje recibe respuesta.',
    group: (name) => `Mencióneme (@${name}) en un mensaje y responderé. No comento nada más.`,
    line: () => 'Escriba con sus propias palabras. La cifra 0 llama a una persona.',
  },
  commands:
    'Comandos:\n/help – esta ayuda\n/bot – devolver la conversación al bot\n/operator – pasar la conversación a una persona',
  handedBack: 'El bot vuelve a llevar la conversación.',
  handedBackAfter: (minutes) => `Nadie ha escrito en ${minutes} min; el bot vuelve a llevar la conversación.`,
  giveBack: 'Devolver al bot',
  handedOver: 'Ahora lleva la conversación una persona; el bot guarda silencio. Para devolverla: /bot',
  takenOver: (name) => `${name} lleva ahora la conversación y el bot guarda silencio. Para devolverla: /bot`,
  silence: {
    toCustomer: 'Disculpe la espera, llamo a un colega.',
    note: (minutes) => `No ha llegado respuesta en ${minutes} min; la conversación se ha pasado a una persona.`,
  },
  unanswered: {
    toCustomer: 'Gracias por su mensaje. Llamo a un compañero, que le responderá aquí.',
    note: 'Nadie responde todavía por este bot: la conversación se entregó a personas. Un administrador elige quién responde en la aplicación de los bots.',
    toEmployee:
      'Todavía no puedo responder: nadie está conectado para responder por mí. Un administrador abre la aplicación de los bots en Bitrix24 y elige «Quién responde».',
  },
  tooManyTurns: {
    toCustomer: 'Llamo a un compañero.',
    note: (turns, minutes) =>
      `${turns} respuestas en ${minutes} min: parece que dos máquinas se responden entre sí. El bot calla ahora. Para devolverle la conversación: /bot`,
  },
  fileOnly: (names) => `[Archivo: ${names}]`,
  changeFailed: {
    edit: 'Un mensaje fue editado, pero no se pudo transmitir el cambio: la otra parte sigue viendo el texto anterior.',
    delete: 'Un mensaje fue eliminado, pero no se pudo transmitir: la otra parte sigue viéndolo.',
  },
  appTrouble: {
    not_finished:
      'Abra una vez la aplicación de los bots: tras una instalación o actualización Bitrix24 no le envía mensajes hasta que un administrador la abra. Hasta entonces los bots no oyen nada.',
    payment_expired:
      'Bitrix24 indica que la aplicación de los bots no está pagada. Hasta que se pague no le envía mensajes y los bots no oyen nada.',
  },
  commandTitles: {
    help: 'Ayuda',
    bot: 'Devolver la conversación al bot',
    operator: 'Pasar la conversación a una persona',
    press: 'Botón',
  },
  defaultNames: { O: 'Ayudante de canal', S: 'Supervisor', B: 'Asistente', P: 'Asistente personal' },
  work: {
    O: 'Responde a los clientes en los canales abiertos',
    S: 'Ayuda en los chats grupales cuando lo mencionan',
    B: 'Responde a los empleados en el chat privado',
    P: 'Asistente personal: lee los chats en los que está',
  },
};
