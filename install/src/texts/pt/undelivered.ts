import type { Texts } from '../shape.ts';

export const undelivered: Texts['undelivered'] = {
  lead: 'O que não chegou apesar de todas as tentativas. Resolva a causa e envie de novo: nada se perde até você descartar.',
  none: 'Tudo foi entregue',
  noneHelp: 'Se algo não chegar, aparece aqui com o motivo.',
  againAll: 'Enviar tudo de novo',
  againAllAsk:
    'Tudo é enviado de novo na ordem em que chegou. Fica de fora o que talvez já tenha chegado: decida sobre isso você mesmo, abaixo.',
  dropAll: 'Descartar tudo',
  dropAllAsk: 'Nada disso será entregue. Descartar tudo?',
  export: 'Salvar como CSV',
  exporting: (count) => `Linhas lidas: ${count}…`,
  saved: (count) => `Linhas salvas: ${count}.`,
  show: 'Mostrar',
  hide: 'Ocultar',
  count: (count) => `Não entregues: ${count}`,
  span: (oldest, newest) => `${oldest} – ${newest}`,
  again: 'Enviar de novo',
  againGroup: 'Enviar estes de novo',
  againGroupAsk: 'Todos com este motivo são enviados de novo na ordem em que chegaram.',
  againUnknownAsk: 'Talvez já tenham chegado. Se forem enviados de novo, podem aparecer duas vezes.',
  drop: 'Descartar',
  dropGroup: 'Descartar estes',
  dropGroupAsk: 'Nenhum deles será entregue. Descartar todos com este motivo?',
  dropOneAsk: 'Nunca será entregue. Descartar?',
  working: (count) => `Concluídos até agora: ${count}…`,
  sentAgain: (count) => `Enviados de novo: ${count}.`,
  dropped: (count) => `Descartados: ${count}.`,
  whole: 'para o aplicativo como um todo',
  sides: {
    portal: 'ao Bitrix24',
    brain: 'a quem responde',
    app: 'dentro do aplicativo',
    from: (source) => `de ${source}`,
  },
  kinds: {
    message: 'mensagem',
    mirrored: 'mensagem só para leitura',
    overheard: 'mensagem só para leitura',
    send: 'mensagem do bot',
    send_file: 'arquivo do bot',
    edit: 'alteração de uma mensagem',
    delete: 'exclusão de uma mensagem',
    handover: 'chamada de uma pessoa',
    finish: 'fim da conversa',
    receipt: 'relatório de entrega',
    request: 'solicitação',
    owner_changed: 'mudança de quem conduz',
    crm: 'registros do CRM',
    event: 'evento',
    other: 'outro',
  },
  unknownState: 'Talvez tenha chegado',
  reasons: {
    unreachable: {
      title: 'Não foi possível alcançar o outro lado',
      remedy: 'Verifique se o serviço conectado funciona e se o endereço dele está certo; depois envie estes de novo.',
    },
    portalGone: {
      title: 'O Bitrix24 não deixa mais o aplicativo entrar',
      remedy:
        'Um administrador abre o aplicativo uma vez no Bitrix24: isso renova o acesso. Depois envie estes de novo.',
    },
    portalUnpaid: {
      title: 'O Bitrix24 recusa o aplicativo: falta o plano adequado ou um pagamento',
      remedy: 'Verifique o plano do seu Bitrix24 e o pagamento do aplicativo; depois envie estes de novo.',
    },
    portalRefused: {
      title: 'O Bitrix24 recusou',
      remedy:
        'Muitas vezes o bot não está mais no chat, ou o chat está fechado. Adicione o bot outra vez e envie estes de novo, ou descarte-os.',
    },
    notConnected: {
      title: 'Não há ninguém conectado que possa responder',
      remedy: 'Abra “Quem responde”, conecte o serviço ao bot e depois envie estes de novo.',
    },
    paused: {
      title: 'A conexão está em pausa ou desligada',
      remedy: 'Abra “Quem responde”, ligue a conexão e depois envie estes de novo.',
    },
    limits: {
      title: 'O limite de solicitações ficou esgotado por tempo demais',
      remedy: 'Espere até haver menos trabalho e depois envie estes de novo.',
    },
    interrupted: {
      title: 'O aplicativo parou no meio do processo',
      remedy: 'Veja no chat se chegou. Se não, envie de novo; se sim, descarte.',
    },
    homeless: {
      title: 'A conversa correspondente não foi encontrada',
      remedy:
        'Em geral a conversa começou antes de o serviço ser conectado. Envie estes de novo quando alguém tiver escrito, ou descarte-os.',
    },
    serviceRefused: {
      title: 'O serviço conectado recusou',
      remedy: 'Abra “Quem responde” e teste a conexão: lá aparece o que está errado. Depois envie estes de novo.',
    },
    own: {
      title: 'Uma falha do próprio aplicativo',
      remedy: 'Envie de novo. Se não adiantar, informe o código a quem instalou o aplicativo.',
    },
  },
  code: (code) => `Código: ${code}`,
};
