/** What a brain may use of the house while a command checks or joins an account of it. */
import { settingsSchema } from '../config.ts';
import type { ConnectorTools } from '../core/connector.ts';
import { AppError, Misconfigured } from '../core/errors.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard, socketLookup } from '../lib/network-guard.ts';
import type { CommandContext } from './command.ts';

export interface BrainTools {
  readonly tools: ConnectorTools;
  /** The address the brain is to send to. */
  hookUrl(brain: string, secret: string): string;
  close(): Promise<void>;
}

/** Throws Misconfigured `cli.no_public_url`: a brain that joins is told where to send. */
export function openBrainTools(context: CommandContext): BrainTools {
  const { log, publicUrl } = context;
  if (publicUrl === null) {
    throw new Misconfigured({
      code: 'cli.no_public_url',
      message:
        'PUBLIC_URL: is missing; this brain has to be told where to send, so give the command the settings of the app',
    });
  }
  const hosts = settingsSchema.shape.ALLOWED_PRIVATE_HOSTS.safeParse(context.environment['ALLOWED_PRIVATE_HOSTS']);
  const guard = createNetworkGuard({ allowedPrivateHosts: hosts.data ?? [] });
  const http = createGotClient({ guard });
  return {
    tools: {
      http,
      lookupFor: (url) => socketLookup(guard, url),
      publicUrl,
      openHomeFile: noFiles,
      homeUser: () => Promise.resolve(null),
      memory: noMemory,
      log: (message, details) => log.info(details ?? {}, message),
    },
    hookUrl: (brain, secret) => `${publicUrl}${hookPath(brain, secret)}`,
    close: () => http.close(),
  };
}

/** Checking and joining leave no facts behind: what they learn is the config. */
export const noMemory: ConnectorTools['memory'] = {
  get: () => Promise.resolve(null),
  put: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};

/** The webhook address without its origin. */
export function hookPath(brain: string, secret: string): string {
  return `/brains/${brain}/${secret}`;
}

/** Files belong to messages, and commands carry none. */
export function noFiles(): Promise<Buffer> {
  return Promise.reject(new AppError({ code: 'cli.no_files', message: 'a command has no files' }));
}
