import type { Texts } from '../shape.ts';

export const problems: Texts['problems'] = {
  network: 'La aplicación no puede llamar a esta dirección: hace falta una dirección https pública.',
  http: 'El servicio no responde. Compruebe su dirección e inténtelo de nuevo.',
  'connection.gone': 'El bot o su conexión se eliminó mientras tanto. Empiece de nuevo.',
  'connection.changed': 'Otra persona ha cambiado entretanto el bot o su conexión. Mírelo de nuevo antes de repetirlo.',
  'connection.in_use': 'Todavía hay bots que responden con esta conexión. Déles otra primero.',
  'bot.exists': 'Ya existe un bot con este código.',
  'bot.too_many': 'Bitrix24 no permite más bots a una aplicación. Elimine uno primero.',
  'bot.deleted': 'Alguien eliminó este bot en Bitrix24. Añádalo de nuevo.',
  'bot.bad_name': 'Un nombre tiene de 1 a 100 caracteres.',
  'bot.which_connection': 'Elija la conexión con la que responde el bot.',
  'bot.not_registered': 'El bot todavía no está en Bitrix24.',
  'bot.not_for_lines': 'Solo un bot para Canales Abiertos puede recibir a los clientes.',
  'bot.bad_picture': 'Una imagen es un PNG cuadrado de 50 a 1000 píxeles y de 300 KiB como máximo.',
  'bot.bad_code': 'Un código consta de letras latinas, dígitos, _ . y -',
  'line.taken': 'El bot de otra aplicación recibe a los clientes de este canal.',
  'line.forbidden':
    'Quien instaló la aplicación no puede editar Canales Abiertos. Un administrador con ese permiso abre la aplicación una vez o elige el bot en el propio canal.',
  'conversation.person_leads':
    'Una persona lleva la conversación. Devuélvala primero al bot o escriba usted en el chat.',
  'deliveries.waiting': 'Todavía se está intentando.',
  'deliveries.confirm': 'Puede que ya haya llegado. Confirme para enviarlo otra vez.',
  'deliveries.just_sent': 'Se acaba de enviar otra vez.',
  'dead_letters.unknown': 'Entretanto se ha enviado otra vez o se ha descartado.',
  'settings.too_long': 'Esta instalación no guarda los mensajes tanto tiempo.',
  'erase.not_confirmed': 'Lo escrito no coincide. No se ha borrado nada.',
  'export.under_way': 'Ya se está escribiendo una exportación de este portal. Espere a que termine.',
  'portal.uninstalled': 'La aplicación se ha eliminado.',
};
