/** The version of the app, from its package. */
import packageFile from '../../package.json' with { type: 'json' };

export const appVersion = packageFile.version;
