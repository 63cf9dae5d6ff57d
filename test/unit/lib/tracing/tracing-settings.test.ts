import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../../src/config.ts';

const required = { PUBLIC_URL: 'https://a.example', B24_CLIENT_ID: 'app.x', B24_CLIENT_SECRET: 's' };
const read = (settings: Readonly<Record<string, string>>) => readSettings({ ...required, ...settings });

const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('the settings of traces', () => {
  it('want none unless a collector is named', () => {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: share, OTEL_SERVICE_NAME: name } = read({});
    expect([url, share, name]).toEqual([undefined, 1, 'bot-bridge']);
  });

  it('hold headers and attributes in the form of OpenTelemetry', () => {
    const settings = read({
      ...traced,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi==, x-scope = a',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=production,',
    });
    expect(settings.OTEL_EXPORTER_OTLP_HEADERS).toEqual({ authorization: 'Basic YTpi==', 'x-scope': 'a' });
    expect(settings.OTEL_RESOURCE_ATTRIBUTES).toEqual({ 'deployment.environment': 'production' });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'foo'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'https://user:s3cret@collector.example'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'always_on'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 's3cret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=s3cret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=s3cret%0d%0ab: c'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=s3cret%zz'],
  ])('refuse %s=%s without repeating it', (name, value) => {
    expect(() => read({ ...traced, [name]: value })).toThrow(new RegExp(`- ${name}: (?!.*s3cret)`));
  });

  it.each([
    { OTEL_TRACES_SAMPLER_ARG: 'endpoint=http://agent:14250' },
    { ...traced, OTEL_SDK_DISABLED: 'true', OTEL_TRACES_SAMPLER_ARG: 'x' },
    { ...traced, OTEL_TRACES_EXPORTER: 'none', OTEL_RESOURCE_ATTRIBUTES: 'город=Омск' },
  ])('are not looked at where no traces are wanted: %j', (settings) => {
    expect(read(settings)).toMatchObject({ OTEL_TRACES_SAMPLER_ARG: 1, OTEL_SERVICE_NAME: 'bot-bridge' });
    expect(read(settings).OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });
});
