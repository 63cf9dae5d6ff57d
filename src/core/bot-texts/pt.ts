/** What the bots say in Portuguese. */
import type { BotTexts } from './shape.ts';

export const pt: BotTexts = {
  greeting: {
    private: (name) => `Olá! Eu sou ${name}. Escreva sua pergunta e eu respondo.`,
    group: (name) => `Olá! Eu sou ${name}. Respondo quando sou mencionado: @${name} e sua pergunta.`,
    line: (name) => `Olá! Eu sou ${name}. Como posso ajudar? Envie 0 para chamar uma pessoa.`,
  },
  help: {
    private: () => 'Escreva com suas palavras: cada mensagem recebe uma resposta.',
    group: (name) => `Mencione-me (@${name}) em uma mensagem e eu respondo. Não comento mais nada.`,
    line: () => 'Escreva com suas palavras. O dígito 0 chama uma pessoa.',
  },
  commands:
    'Comandos:\n/help – esta ajuda\n/bot – devolver a conversa ao bot\n/operator – passar a conversa para uma pessoa',
  handedBack: 'O bot voltou a conduzir a conversa.',
  handedBackAfter: (minutes) => `Ninguém escreveu nos últimos ${minutes} min; o bot voltou a conduzir a conversa.`,
  giveBack: 'Devolver ao bot',
  handedOver: 'Agora uma pessoa conduz a conversa; o bot fica em silêncio. Para devolver: /bot',
  takenOver: (name) => `${name} conduz agora a conversa e o bot fica em silêncio. Para devolver: /bot`,
  silence: {
    toCustomer: 'Desculpe a espera, vou chamar um colega.',
    note: (minutes) => `Não houve resposta em ${minutes} min; a conversa foi passada para uma pessoa.`,
  },
  unanswered: {
    toCustomer: 'Obrigado pela mensagem. Vou chamar um colega, que responderá aqui.',
    note: 'Ninguém responde ainda por este bot: a conversa foi passada para pessoas. Um administrador escolhe quem responde no aplicativo dos bots.',
    toEmployee:
      'Ainda não posso responder: ninguém está conectado para responder por mim. Um administrador abre o aplicativo dos bots no Bitrix24 e escolhe “Quem responde”.',
  },
  tooManyTurns: {
    toCustomer: 'Vou chamar um colega.',
    note: (turns, minutes) =>
      `${turns} respostas em ${minutes} min: parece que duas máquinas respondem uma à outra. O bot está em silêncio agora. Para devolver a conversa: /bot`,
  },
  fileOnly: (names) => `[Arquivo: ${names}]`,
  changeFailed: {
    edit: 'Uma mensagem foi editada, mas a alteração não pôde ser repassada: o outro lado ainda vê o texto antigo.',
    delete: 'Uma mensagem foi excluída, mas isso não pôde ser repassado: o outro lado ainda a vê.',
  },
  appTrouble: {
    not_finished:
      'Abra uma vez o aplicativo dos bots: após uma instalação ou atualização o Bitrix24 não lhe envia mensagens até que um administrador o abra. Até lá os bots não ouvem nada.',
    payment_expired:
      'O Bitrix24 informa que o aplicativo dos bots não está pago. Até o pagamento ele não envia mensagens, e os bots não ouvem nada.',
  },
  commandTitles: {
    help: 'Ajuda',
    bot: 'Devolver a conversa ao bot',
    operator: 'Passar a conversa para uma pessoa',
    press: 'Botão',
  },
  defaultNames: { O: 'Ajudante do canal', S: 'Supervisor', B: 'Assistente', P: 'Assistente pessoal' },
  work: {
    O: 'Responde aos clientes nos canais abertos',
    S: 'Ajuda nos chats em grupo quando mencionado',
    B: 'Responde aos funcionários no chat privado',
    P: 'Assistente pessoal: lê os chats em que está',
  },
};
