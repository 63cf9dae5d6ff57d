import type { Texts } from '../shape.ts';

export const common: Texts['common'] = {
  pages: {
    health: 'Resumen',
    bots: 'Bots',
    connections: 'Quién responde',
    conversations: 'Conversaciones',
    undelivered: 'Sin entregar',
    settings: 'Ajustes',
  },
  menu: 'Páginas de la aplicación',
  loading: 'Cargando…',
  stillLoading: 'Está tardando más de lo normal. Seguimos intentándolo.',
  again: 'Reintentar',
  reopen: 'Abrir de nuevo',
  save: 'Guardar',
  saved: 'Guardado',
  cancel: 'Cancelar',
  next: 'Siguiente',
  search: 'Buscar',
  more: 'Mostrar más',
  yes: 'Sí',
  no: 'No',
  copy: 'Copiar',
  copied: 'Copiado',
  readOnly: 'Aquí puede consultar. Los cambios los hacen los administradores del portal.',
  failures: {
    title: 'No ha funcionado',
    lost: 'No hay conexión con la aplicación. Compruebe su conexión e inténtelo de nuevo.',
    sessionOver: 'Esta página lleva demasiado tiempo abierta. Vuelva a abrir la aplicación.',
    notAllowed: 'Un administrador de su Bitrix24 decide quién puede abrir esta aplicación. Pídale acceso.',
    tooMany: 'Demasiados intentos. Espere un minuto e inténtelo de nuevo.',
    changedMeanwhile: 'Otra persona lo ha cambiado entretanto. Así está ahora.',
    gone: 'Esto ya no existe.',
    unavailable: 'La aplicación está ocupada o se está actualizando. Inténtelo en un momento.',
    other: (code) => `Algo ha salido mal (${code}). Inténtelo de nuevo; si continúa, dé este código a su integrador.`,
  },
  refused: {
    title: 'No se puede abrir la aplicación',
    'install.incomplete': 'Abra la aplicación desde el menú de Bitrix24: esta página solo funciona allí.',
    'install.forged': 'Bitrix24 no confirmó que la solicitud viniera de este portal.',
    'install.busy': 'Demasiadas instalaciones a la vez. Inténtelo en un minuto.',
    'bitrix24.token_not_proven': 'Bitrix24 no confirmó la solicitud. Vuelva a abrir la aplicación.',
    'bitrix24.visitor_unknown':
      'Su Bitrix24 no indicó quién es usted: no responde ahora o recibe demasiadas solicitudes. Abra la aplicación de nuevo en un minuto.',
    'bitrix24.foreign_oauth_host':
      'La dirección del servidor de autorización de este portal no está en la lista permitida.',
    'network.private_address':
      'La dirección del portal está en una red privada, y los ajustes de la aplicación no lo permiten.',
    'network.scheme': 'El portal funciona sin https, y los ajustes de la aplicación no lo permiten.',
    other: 'No se puede contactar ahora con el servidor de autorización de Bitrix24. Inténtelo en un minuto.',
  },
};
