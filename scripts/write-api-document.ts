/** `npm run api:document`: writes the OpenAPI document of the pages' API. A test fails when it is out of date. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endpoints } from '../src/api/endpoint-list.ts';
import { apiDocument, apiDocumentPath } from './api-document.ts';

writeFileSync(fileURLToPath(new URL(`../${apiDocumentPath}`, import.meta.url)), apiDocument(endpoints));
process.stdout.write(`${apiDocumentPath} written\n`);
