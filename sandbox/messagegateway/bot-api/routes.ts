/** Every route of the Bot API except the WebSocket. */
import { z } from 'zod';
import { type ApiRoute, ok } from '../api-gate.ts';
import type { StoredFile } from '../records.ts';
import { fileUrl } from '../stored-files.ts';
import { fileRoutes, namedFile } from '../upload.ts';
import { orZero, readBodyAs } from '../validate.ts';
import { dialogRoutes } from './dialog-routes.ts';
import { listRoutes } from './list-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { selfRoutes } from './self-routes.ts';

const metaBody = z.object({
  // The Go client may omit either field.
  transcription: z.string().optional(),
  transcription_status: orZero(z.enum(['in_progress', 'ready', 'error'])),
});

function fileView(file: StoredFile): Record<string, unknown> {
  const view: Record<string, unknown> = {
    id: file.id,
    type: file.kind,
    size: file.content.length,
    transcription: file.transcription,
  };
  if (file.transcriptionStatus !== null) view['transcription_status'] = file.transcriptionStatus;
  return view;
}

export const botRoutes: readonly ApiRoute[] = [
  ...selfRoutes,
  ...listRoutes,
  ...dialogRoutes,
  ...messageRoutes,
  ...fileRoutes('file', {
    short: fileView,
    full: ({ account }, file) => ({ ...fileView(file), url: fileUrl(account, file.id) }),
  }),
  {
    method: 'PUT',
    path: '/files/:id/meta',
    run: (call) => {
      const file = namedFile(call);
      const body = readBodyAs(metaBody, call.json() ?? {}, call.account.gateway.options.escape);
      file.transcription = body.transcription ?? file.transcription;
      file.transcriptionStatus = body.transcription_status ?? 'ready';
      return ok(fileView(file));
    },
  },
];
