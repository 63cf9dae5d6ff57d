/** The code of an error of the system (`ENOENT`) or of PostgreSQL (`42501`); empty for what has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
