/** Every route of the Transport API. */
import type { ApiRoute } from '../api-gate.ts';
import type { StoredFile } from '../records.ts';
import { fileUrl } from '../stored-files.ts';
import { fileRoutes } from '../upload.ts';
import { changeRoutes } from './change-routes.ts';
import { channelRoutes } from './channel-routes.ts';
import { incomingRoutes } from './incoming-routes.ts';
import { templateRoutes } from './template-routes.ts';

function fileView(file: StoredFile): Record<string, unknown> {
  return { id: file.id, size: file.content.length, type: file.kind, mime_type: file.mime };
}

export const transportRoutes: readonly ApiRoute[] = [
  ...channelRoutes,
  ...incomingRoutes,
  ...changeRoutes,
  ...templateRoutes,
  ...fileRoutes(null, {
    short: fileView,
    full: ({ account }, file) => {
      const url = fileUrl(account, file.id);
      // The key with a capital letter is deprecated but still sent.
      return { ...fileView(file), url, Url: url };
    },
  }),
];
