import { describe, expect, it } from 'vitest';
import { readCrmUrl } from '../../../../src/brains/messagegateway/api/crm-url.ts';

describe('the address of a CRM account', () => {
  it.each([
    ['https://demo.simla.com', 'https://demo.simla.com'],
    ['https://demo.simla.com/', 'https://demo.simla.com'],
    ['  demo.retailcrm.ru ', 'https://demo.retailcrm.ru'],
    ['HTTPS://Demo.Simla.COM', 'https://demo.simla.com'],
    ['https://demo.simla.com:443/', 'https://demo.simla.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
  ])('takes %s', (typed, origin) => {
    expect(readCrmUrl(typed)).toEqual({ origin });
  });

  it.each([
    ['', 'not an address'],
    ['https://', 'not an address'],
    ['ftp://demo.simla.com', 'https'],
    ['https://user:word@demo.simla.com', 'user name'],
    ['https://demo.simla.com/admin/orders', 'without a path'],
    ['https://demo.simla.com?tab=1', 'without a path'],
    ['https://demo.simla.com/#x', 'without a path'],
    ['https://demo.simla.com:8443', 'port'],
    ['demo', 'full name'],
  ])('refuses %j and says why', (typed, reason) => {
    expect(readCrmUrl(typed)).toEqual({ problem: expect.stringContaining(reason) });
  });
});
