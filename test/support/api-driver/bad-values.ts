/**
 * Invalid values for each kind of field, as JSON text, because JSON has numbers that JavaScript lacks, such
 * as 1e999. `missing` leaves the field out.
 */

export const missing = 'missing';

const quoted = (text: string): string => JSON.stringify(text);
const uuid = '0190b8f4-1c7e-7a52-9d5e-0f6f0d4b8c11';

const notText = ['null', '1', '0', '-1', '0.5', '1e308', 'true', '{}', '[]', '["x"]', '{"$gt":""}'];
const notNumber = [
  ...['null', 'true', '{}', '[]', '[1]', '""', '" "', '"1"', '"NaN"', '"Infinity"', '"🎉"', '"\\ud800"'],
  ...['-1', '0.5', '1e308', '-1e308', '1e999', '-1e999', '5e-324', '9007199254740992', '9007199254740993'],
];
const notShort = (max: number) => quoted('x'.repeat(max + 1));
const loneSurrogates = ['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800 reversed"'];
const notId = [
  ...['""', '" "', '"x"', '"0"', '"null"', '"\\u0000"', '"\\ud800"', '"🎉"', '"%00"', '"../.."', '"#"'],
  ...[`${uuid}#0`, `${uuid}/`, `/${uuid}`, `${uuid}%20`, ` ${uuid}`, `${uuid}\n`, `{${uuid}}`].map(quoted),
  ...[uuid.replaceAll('-', ''), uuid.slice(1), `${uuid}0`, uuid.replace('0', 'g'), notShort(200)].map(quoted),
];

const required = (values: readonly string[]) => [missing, ...values];

/** Integers from `min` to `max`. */
const integers = (min: number, max: number) => [
  ...notNumber,
  String(min - 1),
  String(max + 1),
  ...(min > 0 ? ['0', '-0'] : []),
];
/** Invalid names: invisible text and forbidden characters. */
const notName = [
  ...['', '   ', '\t\n', '\u200b', '\u200d\ufe0f', '\u3164', '\u2800', '\ufeff \u00ad', '\u{e0041}'],
  ...['a\u0000b', 'a\r\nb', 'a\tb', 'a\n', 'a\u007f', 'a\u0085b', 'a\u2028b', 'a\u2029', 'a\u202eb', 'a\u2066b\u2069'],
].map(quoted);
const text = (max: number) =>
  required([...notText, ...loneSurrogates, ...notName, '"Caf\\ufffd"', notShort(max), quoted('🎉'.repeat(max + 1))]);

export const badBodyValues = {
  id: required([...notText, ...notId]),
  username: text(100),
  productName: text(200),
  changedName: text(200).filter((value) => value !== missing),
  email: required([
    ...[...notText, ...loneSurrogates, '""', '" "', '"x"', '"@"', '"a@"', '"@b.example"', '"a b@c.example"'],
    ...['"a@b@c.example"', '"a@b.example "', '"a@b.example\\n"', '"🎉@b.example"', '"a\\ud800@b.example"'],
    quoted(`${'a'.repeat(250)}@b.example`),
  ]),
  newPassword: required([
    ...[...notText, '""', '"short 7"', '"long enough \\ud800"', notShort(128)],
    ...['🎉'.repeat(7), '🎉'.repeat(129)].map(quoted),
  ]),
  password: required([...notText, '""', notShort(128), quoted('🎉'.repeat(129))]),
  role: [...notText, '""', '" "', '"admin"', '"ROOT"', '"ADMIN "', '["ADMIN"]', '"\\ud800"', '"🎉"'],
  active: ['null', '0', '1', '"true"', '"false"', '""', '{}', '[]', '[true]', '1e308'],
  units: required(integers(0, 1_000_000_000)),
  moreUnits: required(integers(1, 1_000_000_000)),
  price: required(integers(0, 99_999_999)),
  optionalPrice: integers(0, 99_999_999),
  stockShards: integers(1, 32),
  limit: integers(1, 1_000_000),
  changedLimit: integers(1, 1_000_000).filter((value) => value !== 'null'),
  quantity: required(integers(1, 1_000_000)),
  total: integers(0, Number.MAX_SAFE_INTEGER),
  /** A known field that is never accepted; its error message gives a hint. */
  forbidden: ['5', '0', '-1', 'null', '"5"', '{}', '[]'],
  items: required([
    ...['null', '1', '"x"', 'true', '{}', '[]'],
    `[${Array(51).fill(`{"id":"${uuid}","quantity":1}`).join(',')}]`,
  ]),
} as const satisfies Record<string, readonly string[]>;

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Invalid values for parameters and headers, which are always text. */
export const badTextValues = {
  id: [
    ...[
      'x',
      '0',
      ' ',
      'null',
      'undefined',
      '[object Object]',
      '\u0000',
      '🎉',
      '%',
      '%25',
      '#',
      '/',

      '{}',
    ],
    ...[`${uuid}#0`, `${uuid}/x`, `${uuid}%`, `${uuid} `, uuid.slice(1), `${uuid}0`, 'x'.repeat(5_000)],
  ],
  pageLimit: [
    ...['', ' ', 'x', '-1', '0', '101', '0.5', '1e308', 'NaN', 'Infinity', 'null', 'true', '9007199254740992'],
    ...['{}', '[]', '1,2', '🎉', '\u0000', 'x'.repeat(5_000)],
    ...['1e1', ' 10', '10 ', '0x10', '+5', '10.0', '010', '-0', '1_0', '١'],
  ],
  cursor: [
    ...['', ' ', 'x', '*', '%00', '🎉', '====', 'null', uuid, 'x'.repeat(5_000)],
    ...[null, 1, 'x', [], {}, { id: 1 }, { id: 'x' }, { id: `${uuid}#0` }].map(base64),
    ...[{ id: uuid, more: 1 }, { id: [uuid] }, { ID: uuid }].map(base64),
    `${base64({ id: uuid }).slice(0, -4)}`,
  ],
  status: ['', ' ', 'x', 'confirmed', 'CONFIRMED,PENDING', '🎉', 'x'.repeat(5_000)],
  idempotencyKey: ['', 'two words', 'é', 'a,a', 'a, a', ',', 'x'.repeat(256), 'x'.repeat(5_000)],
  etags: ['', ' ', ',', 'x', '1', '"', '"0.5', '**', '*, "1"', '" 1"', '"1"x', 'w/"1"', 'W/1', '"1" "2"'],
  secret: ['x'.repeat(201), 'x'.repeat(5_000)],
} as const satisfies Record<string, readonly string[]>;
