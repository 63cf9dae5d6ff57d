/** Bodies shared by the Bot and Transport APIs: orders, products, suggestions, with the vendor's limits. */
import { z } from 'zod';

const cost = z.object({ value: z.number().min(0).optional(), currency: z.string().length(3) });
const quantity = z.object({ value: z.number().min(0).optional(), unit: z.string().max(16).optional() });

/** A product card. */
export const productSchema = z.object({
  // Optional in the newest client; the documentation and an older client require it.
  id: z.int(),
  name: z.string().min(1).max(255),
  article: z.string().max(128).optional(),
  url: z.string().max(2048).optional(),
  img: z.string().max(2048).optional(),
  cost: cost.optional(),
  unit: z.string().max(16).optional(),
  // Deprecated in favour of `unit`, but still sent by older clients.
  quantity: quantity.optional(),
});

const orderItem = z.object({
  external_id: z.int().optional(),
  name: z.string().max(255).optional(),
  url: z.string().max(2048).optional(),
  img: z.string().max(2048).optional(),
  price: cost.optional(),
  quantity: quantity.optional(),
});

const payment = z.object({
  name: z.string().optional(),
  amount: cost.optional(),
  status: z.object({ name: z.string().optional(), payed: z.boolean().optional() }).optional(),
});

/** An order card. */
export const orderSchema = z.object({
  external_id: z.int().optional(),
  number: z.string().max(255).optional(),
  url: z.string().max(2048).optional(),
  date: z.string().optional(),
  cost: cost.optional(),
  discount: cost.optional(),
  status: z
    .object({
      code: z.enum(['new', 'approval', 'assembling', 'delivery', 'complete', 'cancel']).optional(),
      name: z.string().max(255).optional(),
    })
    .optional(),
  delivery: z
    .object({
      name: z.string().optional(),
      price: cost.optional(),
      address: z.string().optional(),
      comment: z.string().optional(),
    })
    .optional(),
  payments: z.array(payment).optional(),
  items: z.array(orderItem).optional(),
});

/** Quick replies under a message. */
export const attachmentsSchema = z.object({
  suggestions: z
    .array(
      z
        .object({
          type: z.enum(['text', 'email', 'phone', 'url']).optional(),
          title: z.string().optional(),
          payload: z.string().optional(),
        })
        .refine(({ type, title }) => (type ?? 'text') !== 'text' || Boolean(title), {
          path: ['title'],
          message: 'is a required field',
        }),
    )
    .optional(),
});
