import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { byContent } from '../../../src/bitrix24/events/event-identity.ts';
import { type EventDefinition, eventRegistry, findEvent } from '../../../src/bitrix24/events/event-registry.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { fixture, recordedEvents } from '../../support/fixtures.ts';

const folder = new URL('../../../src/bitrix24/events/decoders/', import.meta.url);

/** Every export of a file in `decoders/`, as `file: name`, by what is exported. */
async function exportedDecoders(): Promise<Map<unknown, string>> {
  const found = new Map<unknown, string>();
  for (const file of readdirSync(fileURLToPath(folder))) {
    const module: Record<string, unknown> = await import(new URL(file, folder).href);
    for (const [name, decoder] of Object.entries(module)) found.set(decoder, `${file}: ${name}`);
  }
  return found;
}

function unregistered(decoders: ReadonlyMap<unknown, string>): string[] {
  const registered = new Set<unknown>(eventRegistry.map(({ decode }) => decode));
  return [...decoders].filter(([decoder]) => !registered.has(decoder)).map(([, name]) => name);
}

describe('the event registry', () => {
  it('has every decoder', async () => {
    const decoders = await exportedDecoders();
    expect(decoders.size).toBeGreaterThan(5);
    expect(unregistered(decoders)).toEqual([]);
  });

  it('is seen not to have a decoder that somebody only wrote', async () => {
    const decoders = await exportedDecoders();
    decoders.set(() => ({ type: 'app_updated' }), 'decode-new.ts: decodeNew');
    expect(unregistered(decoders)).toEqual(['decode-new.ts: decodeNew']);
  });

  it('does not compile with an entry that lacks a part, or whose decoder is of another scope', () => {
    const name = 'ONSOMETHINGNEW';
    const breaches: readonly EventDefinition[] = [
      // @ts-expect-error without a decoder
      { name, scope: 'dialog', identity: byContent },
      // @ts-expect-error without an identity
      { name, scope: 'app', decode: () => ({ type: 'app_updated' }) },
      // @ts-expect-error without a scope
      { name, identity: byContent, decode: () => ({ type: 'app_updated' }) },
      // @ts-expect-error a decoder of app events for an event of a dialog
      { name, scope: 'dialog', identity: byContent, decode: () => ({ type: 'app_updated' }) },
    ];
    expect(breaches.map((breach) => breach.name)).toEqual([name, name, name, name]);
  });

  it('names each event once, in upper case', () => {
    const names = eventRegistry.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(names.map((name) => name.toUpperCase()));
    expect(names.map((name) => findEvent(name)?.name)).toEqual(names);
  });

  it('knows the event of every recorded body', () => {
    const recorded = recordedEvents().map((name) => scanEvent(Buffer.from(fixture(name).body)).event);
    expect(recorded.length).toBeGreaterThan(20);
    expect(recorded.filter((name) => findEvent(name) === undefined)).toEqual([]);
  });
});
