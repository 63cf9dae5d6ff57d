import type { Texts } from '../shape.ts';

export const states: Texts['states'] = {
  bot: {
    wanted: 'conectando',
    registered: 'funciona',
    refused: 'rechazado',
    deleted: 'eliminado en el portal',
  },
  portal: {
    installed: 'conectado',
    disconnected: 'necesita autorización',
    suspended: 'sin pagar',
    uninstalled: 'eliminado',
  },
  botType: {
    O: 'Canal abierto',
    S: 'Supervisor',
    B: 'Normal',
  },
  source: {
    bitrix24: 'Bitrix24',
    bridge: 'la propia aplicación',
  },
  delivery: {
    waiting: 'en espera',
    dead_letter: 'sin entregar',
    unknown: 'no se sabe si llegó',
  },
  stopped: {
    other: 'desactivado en el otro servicio',
    stopped: 'desactivado en el otro servicio',
    gone: 'el servidor conectado ya no quiere eventos (410)',
    refused: 'el servidor conectado rechaza la firma: compruebe la clave',
    switched_off: 'el módulo está desactivado en el CRM',
    chats_off: 'los chats están desactivados en el CRM',
    frozen: 'el módulo está congelado en el CRM',
    unpaid: 'la cuenta del CRM no puede pagar el módulo',
    key_refused: 'el servicio ya no acepta la clave API',
    token_refused: 'el servicio ya no acepta el token',
    bearer_refused: 'el servicio ya no acepta el token',
    not_found: 'en el servicio no existe ese bot',
    wrong_address: 'el servicio no está en esta dirección',
    rights_missing: 'a la clave API del CRM le faltan permisos: concédalos o conéctelo de nuevo',
    no_account: 'ya no hay cuenta en la dirección del CRM: conéctelo de nuevo',
    moved: 'el CRM se ha trasladado: conéctelo en la nueva dirección',
  },
  app: {
    not_finished:
      'Hay que abrir una vez la aplicación de los bots: tras una instalación o actualización Bitrix24 no le envía mensajes hasta que un administrador la abre. Hasta entonces los bots no oyen nada.',
    payment_expired:
      'Bitrix24 indica que la aplicación de los bots no está pagada. Hasta que lo esté no le envía mensajes, y los bots no oyen nada.',
  },
};
