import type { Texts } from '../shape.ts';

export const undelivered: Texts['undelivered'] = {
  lead: 'Lo que no llegó a pesar de todos los intentos. Resuelva la causa y envíelo de nuevo: nada se pierde hasta que usted lo descarte.',
  none: 'Todo se entregó',
  noneHelp: 'Si algo no llega, aparece aquí con su motivo.',
  againAll: 'Enviar todo de nuevo',
  againAllAsk:
    'Todo se envía de nuevo en el orden en que llegó. Queda fuera lo que quizá ya llegó: decida sobre eso usted mismo, abajo.',
  dropAll: 'Descartar todo',
  dropAllAsk: 'Nada de esto se entregará nunca. ¿Descartar todo?',
  export: 'Guardar como CSV',
  exporting: (count) => `Filas leídas: ${count}…`,
  saved: (count) => `Filas guardadas: ${count}.`,
  show: 'Mostrar',
  hide: 'Ocultar',
  count: (count) => `${count} sin entregar`,
  span: (oldest, newest) => `${oldest} – ${newest}`,
  again: 'Enviar de nuevo',
  againGroup: 'Enviar estos de nuevo',
  againGroupAsk: 'Todos los que tienen este motivo se envían de nuevo en el orden en que llegaron.',
  againUnknownAsk: 'Es posible que ya hayan llegado. Si se envían de nuevo, pueden aparecer dos veces.',
  drop: 'Descartar',
  dropGroup: 'Descartar estos',
  dropGroupAsk: 'Ninguno de ellos se entregará nunca. ¿Descartar todos los que tienen este motivo?',
  dropOneAsk: 'No se entregará nunca. ¿Descartarlo?',
  working: (count) => `Procesados hasta ahora: ${count}…`,
  sentAgain: (count) => `Enviados de nuevo: ${count}.`,
  dropped: (count) => `Descartados: ${count}.`,
  whole: 'para toda la aplicación',
  sides: {
    portal: 'a Bitrix24',
    brain: 'a quien responde',
    app: 'dentro de la aplicación',
    from: (source) => `de ${source}`,
  },
  kinds: {
    message: 'mensaje',
    mirrored: 'mensaje solo para lectura',
    overheard: 'mensaje solo para lectura',
    send: 'mensaje del bot',
    send_file: 'archivo del bot',
    edit: 'cambio de un mensaje',
    delete: 'eliminación de un mensaje',
    handover: 'llamada a una persona',
    finish: 'fin de la conversación',
    receipt: 'informe de entrega',
    request: 'solicitud',
    owner_changed: 'cambio de quien lleva la conversación',
    crm: 'registros del CRM',
    event: 'evento',
    other: 'otro',
  },
  unknownState: 'Quizá llegó',
  reasons: {
    unreachable: {
      title: 'No se pudo contactar con la otra parte',
      remedy:
        'Compruebe que el servicio conectado funciona y que su dirección es correcta; luego envíe estos de nuevo.',
    },
    portalGone: {
      title: 'Bitrix24 ya no deja entrar a la aplicación',
      remedy:
        'Un administrador abre la aplicación una vez en Bitrix24: así se renueva su acceso. Luego envíe estos de nuevo.',
    },
    portalUnpaid: {
      title: 'Bitrix24 rechaza la aplicación: falta el plan adecuado o un pago',
      remedy: 'Revise el plan de su Bitrix24 y el pago de la aplicación; luego envíe estos de nuevo.',
    },
    portalRefused: {
      title: 'Bitrix24 lo rechazó',
      remedy:
        'Muchas veces el bot ya no está en el chat o el chat está cerrado. Agregue el bot otra vez y envíe estos de nuevo, o descártelos.',
    },
    notConnected: {
      title: 'No hay nadie conectado que pueda responder',
      remedy: 'Abra «Quién responde», conecte el servicio al bot y luego envíe estos de nuevo.',
    },
    paused: {
      title: 'La conexión está en pausa o desactivada',
      remedy: 'Abra «Quién responde», active la conexión y luego envíe estos de nuevo.',
    },
    limits: {
      title: 'El límite de solicitudes estuvo agotado demasiado tiempo',
      remedy: 'Espere a que haya menos trabajo y luego envíe estos de nuevo.',
    },
    interrupted: {
      title: 'La aplicación se detuvo a mitad del proceso',
      remedy: 'Mire en el chat si llegó. Si no llegó, envíelo de nuevo; si llegó, descártelo.',
    },
    homeless: {
      title: 'No se encontró la conversación a la que pertenece',
      remedy:
        'Por lo general la conversación empezó antes de conectar el servicio. Envíe estos de nuevo cuando alguien haya escrito, o descártelos.',
    },
    serviceRefused: {
      title: 'El servicio conectado lo rechazó',
      remedy: 'Abra «Quién responde» y pruebe la conexión: allí se indica qué falla. Luego envíe estos de nuevo.',
    },
    own: {
      title: 'Un error de la propia aplicación',
      remedy: 'Envíelo de nuevo. Si no ayuda, dé el código a quien instaló la aplicación.',
    },
  },
  code: (code) => `Código: ${code}`,
};
