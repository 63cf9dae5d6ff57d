/** Connections whose id was made from the name of their account are as good as those with a random one. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { botChangeSchema } from '../../../src/api/schemas/bots.ts';
import { connectionParamsSchema } from '../../../src/api/schemas/connections.ts';
import { awaitingIdOf } from '../../../src/brains/messagegateway/account/client-id.ts';

const named = Array.from({ length: 20 }, (_, index) => awaitingIdOf(`https://demo${index}.simla.com`));

it.each([randomUUID(), ...named])('the API takes the connection %s', (id) => {
  expect(connectionParamsSchema.parse({ id })).toEqual({ id });
  expect(botChangeSchema.parse({ connectionId: id })).toEqual({ connectionId: id });
});

it.each(['', 'x', `${randomUUID()}0`, randomUUID().replaceAll('-', '')])('and refuses what is no id: %j', (id) => {
  expect(connectionParamsSchema.safeParse({ id }).success).toBe(false);
});
