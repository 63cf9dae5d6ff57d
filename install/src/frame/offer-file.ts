/** Gives the reader a file to keep. */

/** Browsers begin to read a file some time after the click, and some only when the reader has chosen where it goes. */
const readWithinMs = 10 * 60_000;

export function offerFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), readWithinMs);
}
