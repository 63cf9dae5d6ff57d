import type { Texts } from '../shape.ts';

export const states: Texts['states'] = {
  bot: {
    wanted: 'conectando',
    registered: 'funcionando',
    refused: 'recusado',
    deleted: 'removido no portal',
  },
  portal: {
    installed: 'conectado',
    disconnected: 'precisa de autorização',
    suspended: 'não pago',
    uninstalled: 'removido',
  },
  botType: {
    O: 'Canal aberto',
    S: 'Supervisor',
    B: 'Comum',
  },
  source: {
    bitrix24: 'Bitrix24',
    bridge: 'o próprio aplicativo',
  },
  delivery: {
    waiting: 'aguardando',
    dead_letter: 'não entregue',
    unknown: 'não se sabe se chegou',
  },
  stopped: {
    other: 'desligado no outro serviço',
    stopped: 'desligado no outro serviço',
    gone: 'o servidor conectado não quer mais eventos (410)',
    refused: 'o servidor conectado recusa a assinatura: verifique a chave',
    switched_off: 'o módulo está desligado no CRM',
    chats_off: 'os chats estão desligados no CRM',
    frozen: 'o módulo está congelado no CRM',
    unpaid: 'a conta do CRM não consegue pagar o módulo',
    key_refused: 'o serviço não aceita mais a chave de API',
    token_refused: 'o serviço não aceita mais o token',
    bearer_refused: 'o serviço não aceita mais o token',
    not_found: 'no serviço não existe esse bot',
    wrong_address: 'o serviço não está neste endereço',
    rights_missing: 'faltam permissões à chave de API do CRM: conceda-as ou conecte-o de novo',
    no_account: 'não há mais conta no endereço do CRM: conecte-o de novo',
    moved: 'o CRM mudou de endereço: conecte-o no novo',
  },
  app: {
    not_finished:
      'O aplicativo dos bots precisa ser aberto uma vez: após uma instalação ou atualização o Bitrix24 não lhe envia mensagens até que um administrador o abra. Até lá os bots não ouvem nada.',
    payment_expired:
      'O Bitrix24 informa que o aplicativo dos bots não está pago. Até que esteja, não lhe envia mensagens, e os bots não ouvem nada.',
  },
};
