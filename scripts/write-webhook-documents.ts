/** `npm run webhook:documents`: writes the published schemas of the signed webhook. A test fails when they are out of date. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { webhookDocuments, webhookDocumentsFolder } from './webhook-documents.ts';

for (const [name, text] of webhookDocuments()) {
  const path = `${webhookDocumentsFolder}/${name}`;
  writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), text);
  process.stdout.write(`${path} written\n`);
}
