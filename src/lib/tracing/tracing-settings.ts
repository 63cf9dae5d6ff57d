/** The settings of traces, by the names that OpenTelemetry has given them. */
import { z } from 'zod';

const collector = z.string().refine(isCollectorUrl, {
  message:
    'must be an http or https address without a user name and password; give credentials in OTEL_EXPORTER_OTLP_HEADERS',
});

function isCollectorUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

/** `name=value,…` with values in percent-encoding. No error repeats the text: it may hold secrets. */
const pairs = (isName: RegExp) =>
  z.string().transform((text, context): Readonly<Record<string, string>> => {
    const found: Record<string, string> = {};
    for (const part of text.split(',').filter((one) => one.trim() !== '')) {
      const [name = '', ...rest] = part.split('=');
      const value = decoded(rest.join('=').trim());
      if (isName.test(name.trim()) && value !== null && printable.test(value)) found[name.trim()] = value;
      else {
        context.addIssue({ code: 'custom', message: 'must be of the form name=value,name=value' });
        return z.NEVER;
      }
    }
    return found;
  });

const printable = /^[\u0020-\u007e]+$/;

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector
    .optional()
    .describe(
      'Address of an OpenTelemetry collector (OTLP over HTTP, usually port 4318) that gets the traces of messages; absent: there are none',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector
    .optional()
    .describe('The complete address instead, where it does not end in `/v1/traces`'),
  OTEL_EXPORTER_OTLP_HEADERS: pairs(/^[\w!#$%&'*+.^`|~-]{1,100}$/)
    .optional()
    .describe('Headers for the collector, as `name=value,name=value`: its credentials'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the messages that are traced, 0 to 1; the same for all processes'),
  OTEL_SERVICE_NAME: z.string().max(200).default('bot-bridge').describe('Name of the app in the traces'),
  OTEL_RESOURCE_ATTRIBUTES: pairs(/^[\w./-]{1,100}$/)
    .optional()
    .describe('What else the traces tell of the installation, as `deployment.environment=production,…`'),
};

/** Whether a collector is named, and neither of OpenTelemetry's variables switches traces off. */
export function wantsTraces(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter } = environment;
  if (disabled?.toLowerCase() === 'true' || exporter === 'none') return false;
  const names = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return names.some((name) => [environment[name], environment[`${name}_FILE`]].some((value) => (value ?? '') !== ''));
}
