/** Products and orders as cards, and as text for messengers that show no cards. */
import type { Card } from '../../../core/events.ts';
import { isPrivateHost } from '../../../lib/network-guard.ts';
import type { OrderData, ProductData } from '../api/webhook-shapes.ts';
import type { MessageGatewayConfig } from '../config.ts';
import { managerTexts } from '../texts/manager-texts.ts';

type Language = MessageGatewayConfig['language'];
type Cost = OrderData['cost'];
type Fact = Card['facts'][number];

/** The card of a message that shows a product or an order; none for any other message. */
export function cardsOf(
  message: {
    readonly type?: string | null | undefined;
    readonly product?: ProductData | null | undefined;
    readonly order?: OrderData | null | undefined;
  },
  language: Language,
): readonly Card[] {
  if (message.type === 'product' && message.product) return [productCard(message.product, language)];
  return message.type === 'order' && message.order ? [orderCard(message.order, language)] : [];
}

/** A product with its article, quantity and price. */
export function productCard(product: ProductData, language: Language): Card {
  const { facts } = managerTexts(language);
  const unit = product.unit ?? product.quantity?.unit;
  return {
    title: cut(product.name ?? '') || '—',
    url: webAddress(product.url),
    image: webAddress(product.img),
    facts: [
      ...fact(facts.article, product.article),
      // A quantity of one need not be shown.
      ...fact(facts.quantity, product.quantity?.value === 1 ? null : amount(product.quantity?.value, unit)),
      ...fact(facts.price, money(product.cost)),
    ],
  };
}

/** An order with its items, delivery, payments and total. */
export function orderCard(order: OrderData, language: Language): Card {
  const messages = managerTexts(language);
  const { facts } = messages;
  const goods = (order.items ?? []).slice(0, maxGoods).flatMap((item) => {
    const what = [amount(item.quantity?.value, item.quantity?.unit), money(item.price)].filter((part) => part !== null);
    return fact(item.name ?? '', what.join(' × ') || '—');
  });
  const payments = (order.payments ?? order.payment ?? []).slice(0, maxGoods).flatMap((payment) => {
    const isPaid = payment.status?.payed ?? payment.status?.paid ?? false;
    const state = isPaid ? messages.paid : payment.status?.name;
    return fact(facts.payment, joined([payment.name, money(payment.amount), state]));
  });
  const { delivery } = order;
  return {
    title: messages.order(cut(order.number ?? '')),
    url: webAddress(order.url),
    image: webAddress(order.items?.slice(0, maxGoods).find((item) => webAddress(item.img) !== null)?.img),
    facts: [
      ...fact(facts.status, order.status?.name),
      ...goods,
      ...fact(facts.delivery, joined([delivery?.name, delivery?.address, money(delivery?.price)])),
      ...payments,
      ...fact(facts.discount, money(order.discount)),
      ...fact(facts.total, money(order.cost)),
    ],
  };
}

/** Longest address that is read; browsers cut longer ones. */
const maxAddress = 2_000;

/** A public web address, or null. Other schemes and addresses of private networks are not shown in a portal. */
export function webAddress(address: string | null | undefined): string | null {
  if (!address || address.length > maxAddress) return null;
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return isPrivateHost(url.hostname) ? null : url.href;
}

/** Most items, and most payments, that are shown of an order. */
const maxGoods = 100;

/** Longest name or value of a fact. */
const maxWords = 1_000;

function cut(text: string): string {
  return text.slice(0, maxWords).toWellFormed();
}

function fact(name: string, value: string | null | undefined): readonly Fact[] {
  return name === '' || value === null || value === undefined || value === ''
    ? []
    : [{ name: cut(name), value: cut(value) }];
}

function money(cost: Cost): string | null {
  if (cost?.value === null || cost?.value === undefined) return null;
  return `${cost.value} ${(cost.currency ?? '').toUpperCase()}`.trim();
}

function amount(value: number | null | undefined, unit: string | null | undefined): string | null {
  return value === null || value === undefined ? null : `${value} ${unit ?? ''}`.trim();
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(', ');
}
