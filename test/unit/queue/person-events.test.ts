import { describe, expect, it } from 'vitest';
import { personIn } from '../../../src/queue/by-hand/person-events.ts';

const found = (form: string): unknown => personIn(Buffer.from(form), '27');

describe('a person in the form of an event', () => {
  it.each([
    'event=X&data%5BPARAMS%5D%5BFROM_USER_ID%5D=27',
    'data[USER][ID]=27&data[PARAMS][MESSAGE]=x',
    'data%5Bmessage%5D%5BauthorId%5D=27',
    'data%5Buser%5D%5Bid%5D=27',
  ])('is found: %s', (form) => {
    expect(found(form)).toEqual({ isCustomer: false });
  });

  it.each([
    'data%5BPARAMS%5D%5BFROM_USER_ID%5D=271',
    'data%5BPARAMS%5D%5BCHAT_ID%5D=27',
    'data%5BPARAMS%5D%5BMESSAGE_ID%5D=27',
    'data%5BBOT%5D%5B27%5D%5BBOT_ID%5D=27',
    'data%5BPARAMS%5D%5BMESSAGE%5D=FROM_USER_ID%3D27',
    '',
  ])('is not found where another thing has the number: %s', (form) => {
    expect(found(form)).toBeNull();
  });

  it.each([
    'data%5BPARAMS%5D%5BFROM_USER_ID%5D=27&data%5BUSER%5D%5BIS_CONNECTOR%5D=Y',
    'data%5Buser%5D%5Bid%5D=27&data%5Buser%5D%5Bconnector%5D=1',
    'data[PARAMS][FROM_USER_ID]=5&data[PARAMS][CHAT_ENTITY_ID]=livechat%7C1%7C88%7C27',
    'data%5Bmessage%5D%5BauthorId%5D=5&data%5Bchat%5D%5BentityId%5D=telegrambot%7C1%7C88%7C27',
  ])('is known as the customer: %s', (form) => {
    expect(found(form)).toEqual({ isCustomer: true });
  });

  it.each([
    [
      'leads the session of a customer',
      'data[PARAMS][FROM_USER_ID]=599&data[USER][IS_CONNECTOR]=Y&data[PARAMS][CHAT_AUTHOR_ID]=27',
    ],
    ['has made the chat', 'data%5BPARAMS%5D%5BFROM_USER_ID%5D=5&data%5BPARAMS%5D%5BCHAT_AUTHOR_ID%5D=27'],
    ['is spoken to', 'data[PARAMS][FROM_USER_ID]=5&data[PARAMS][TO_USER_ID]=27'],
    ['gave the token of a bot', 'data[USER][ID]=5&data[BOT][9][AUTH][user_id]=27'],
    ['gave the token of another event', 'data[USER][ID]=5&auth[user_id]=27'],
  ])('who %s has not written what others have written', (_, form) => {
    expect(found(form)).toBeNull();
  });

  it('has caused an event that names nobody else', () => {
    expect(found('data[PARAMS][USER_ID]=0&auth[user_id]=27')).toEqual({ isCustomer: false });
  });
});
