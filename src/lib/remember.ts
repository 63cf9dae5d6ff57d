/** Maps that hold a limited number of entries. */

/** Sets the entry, which is now the youngest; beyond `most` entries, the oldest is dropped. */
export function remember<K, V>(known: Map<K, V>, key: K, value: V, most: number): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}
