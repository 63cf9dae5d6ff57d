/** The folders that are tried with planted faults. */

export interface Room {
  readonly name: string;
  /** Folder whose files are changed. */
  readonly folder: string;
}

export const rooms: readonly Room[] = ['core', 'queue', 'store', 'portals'].map((name) => ({
  name,
  folder: `src/${name}`,
}));
