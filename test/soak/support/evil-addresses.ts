/** The 69 forbidden addresses: loopback, private and special networks in every spelling that a URL parser or a resolver accepts. */

export interface EvilAddress {
  readonly name: string;
  /** A complete address. */
  readonly url: string;
  /** Host and port alone, as a portal's domain is named. */
  readonly authority: string;
}

interface Canary {
  /** Port on 127.0.0.1 and [::1] at which the canary counts connections. */
  readonly port: number;
  /** An address that the app may call; disguised addresses imitate it. */
  readonly allowed: string;
  /** The machine's own name. */
  readonly hostname: string;
}

/** Hosts, used with `https`, the scheme that the app allows. */
const loopback: readonly string[] = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.000.000.001',
  '127.255.255.254',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '017700000001',
  '0',
  '0.0.0.0',
  '0x0',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '127.0.0.1.',
  'app.localhost',
  'localhost.localdomain',
  'ip6-localhost',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::127.0.0.1]',
  '[2002:7f00:1::]',
  '①②⑦.⓪.⓪.①',
  '１２７.０.０.１',
  '127。0。0。1',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'loc\u00adalhost',
  '%6c%6f%63%61%6c%68%6f%73%74',
  '127.0.0.1%2e',
];

/** Nothing answers there in a test, but the app must refuse them in the same way, before any call. */
const elsewhere: readonly string[] = [
  '10.0.0.5',
  '10.255.255.1',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.0.1',
  '169.254.169.254',
  '169.254.170.2',
  '0xa9fea9fe',
  '2852039166',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[fc00::1]',
  '[ff02::1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:10.0.0.1]',
  'metadata.google.internal',
];

/** Whole addresses: other schemes, and URLs that disguise their host. */
function disguised({ port, allowed }: Canary): readonly string[] {
  return [
    `http://127.0.0.1:${port}/`,
    `https://${allowed}@127.0.0.1:${port}/`,
    `https://user:password@127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}#@${allowed}/`,
    `https://127.0.0.1:${port}\\@${allowed}/`,
    `//127.0.0.1:${port}/`,
    `gopher://127.0.0.1:${port}/_x`,
    `ws://127.0.0.1:${port}/`,
    'file:///etc/passwd',
  ];
}

export function evilAddresses(canary: Canary): readonly EvilAddress[] {
  const hosts = [...loopback, canary.hostname, ...elsewhere];
  return [
    ...hosts.map((host) => {
      const authority = `${host}:${canary.port}`;
      return { name: host, url: `https://${authority}/`, authority };
    }),
    ...disguised(canary).map((url) => ({
      name: url,
      url,
      authority: url.replace(/^[a-z]*:?\/\//, '').replace(/\/$/, ''),
    })),
  ];
}
