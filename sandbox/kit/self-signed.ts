/** Makes a self-signed certificate for this machine. It encodes X.509 itself, because node:crypto can read certificates but not make them. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM texts. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

const tags = { integer: 0x02, bits: 0x03, bytes: 0x04, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31, time: 0x18 };

/** Encodes one value by the Distinguished Encoding Rules: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const short = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, content]);
}

/** Object identifiers, already encoded. */
const oids = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
} as const;

function oid(name: keyof typeof oids): Buffer {
  return der(tags.oid, Buffer.from(oids[name], 'hex'));
}

function time(at: Date): Buffer {
  const text = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(tags.time, Buffer.from(text));
}

function extension(name: keyof typeof oids, value: Buffer): Buffer {
  return der(tags.sequence, oid(name), der(tags.bytes, value));
}

function names(hosts: readonly string[]): Buffer {
  const parts = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  return der(tags.sequence, ...parts);
}

/** Valid from yesterday, because clocks differ, for `days` days. It is marked as its own authority, so that clients can be told to trust it. */
export function selfSigned(hosts: readonly string[], days = 30): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der(tags.sequence, oid('ecdsaWithSha256'));
  const commonName = der(tags.sequence, oid('commonName'), der(tags.utf8, Buffer.from('Bot Bridge sandbox')));
  const name = der(tags.sequence, der(tags.set, commonName));
  const dayMs = 86_400_000;
  const validity = der(tags.sequence, time(new Date(Date.now() - dayMs)), time(new Date(Date.now() + days * dayMs)));
  const isAuthority = der(tags.sequence, Buffer.from([0x01, 0x01, 0xff]));
  const extensions = der(
    tags.sequence,
    extension('basicConstraints', isAuthority),
    extension('subjectAltName', names(hosts)),
  );
  const content = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(tags.bits, Buffer.from([0]), sign('sha256', content, privateKey));
  const certificate = der(tags.sequence, content, algorithm, signature).toString('base64');
  const lines = certificate.match(/.{1,64}/g) ?? [];
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}
