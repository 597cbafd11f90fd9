/** Messages as they come over the wire, one for each trouble that mail has with its own rules. */

const CRLF = '\r\n'
const lines = (...text: string[]): string => text.join(CRLF) + CRLF
/** One character a byte, so that samples can hold any charset. */
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

export interface MailFields { readonly subject?: string; readonly messageId?: string; readonly references?: string; readonly inReplyTo?: string; readonly from?: string; readonly to?: string; readonly cc?: string }

/** A plain message of UTF-8 text. */
export function plainMail(body: string, fields: MailFields = {}): Uint8Array {
  const { subject = 'Hello', messageId, references, inReplyTo, from = 'Ann <ann@example.org>', to = 'bob@example.com', cc } = fields
  return Buffer.from(lines(
    `From: ${from}`,
    `To: ${to}`,
    ...(cc === undefined ? [] : [`Cc: ${cc}`]),
    `Subject: ${subject}`,
    'Date: Fri, 21 Nov 2025 10:00:00 +0100',
    ...(messageId === undefined ? [] : [`Message-ID: <${messageId}>`]),
    ...(inReplyTo === undefined ? [] : [`In-Reply-To: <${inReplyTo}>`]),
    ...(references === undefined ? [] : [`References: ${references}`]),
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
  ))
}

/** multipart/mixed of multipart/alternative and two attachments, one of them an inline picture. */
export const MULTIPART = bytes(lines(
  'From: "Berg, Anna" <anna@example.org>',
  'To: Team: bob@example.com, "Carl" <carl@example.com>;, dora@example.com',
  'Subject: Quarterly figures',
  'Message-ID: <q3@example.org>',
  'Date: Fri, 21 Nov 2025 10:00:00 +0100 (CET)',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  'This part is for readers without MIME.',
  '--outer',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Please find the figures enclosed. Gr=C3=BC=C3=9Fe',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Please find the <b>figures</b> enclosed.</p>',
  '--inner--',
  '--outer',
  'Content-Type: application/pdf; name="figures-2025.pdf"',
  'Content-Disposition: attachment; filename="figures-2025.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQK',
  '--outer',
  'Content-Type: image/png',
  'Content-Disposition: inline',
  'Content-ID: <logo@example.org>',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgo=',
  '--outer--',
))

export const LATIN1 = bytes(lines(
  'From: =?iso-8859-1?Q?J=FCrgen_M=FCller?= <j@example.org>',
  'To: bob@example.com',
  'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: 8bit',
  '',
  'Sch\xF6ne Gr\xFC\xDFe aus K\xF6ln',
))

/** The subject means "Japanese meeting", the body the same. */
export const ISO_2022_JP = bytes(lines(
  'From: taro@example.jp',
  'To: bob@example.com',
  'Subject: =?iso-2022-jp?B?GyRCRnxLXDhsJE4ycTVEGyhC?=',
  'Content-Type: text/plain; charset=iso-2022-jp',
  'Content-Transfer-Encoding: 7bit',
  '',
  '\x1B$BF|K\\8l$N2q5D\x1B(B',
))

/** Encoded words split over folded lines, in two encodings. */
export const ENCODED_WORDS = bytes(lines(
  'From: =?utf-8?B?w4RubmU=?= <a@example.org>',
  'To: bob@example.com',
  'Subject: =?utf-8?Q?Caf=C3=A9_?=',
  ' =?utf-8?B?w6AgUGFyaXM=?=',
  '',
  'text',
))

export const HTML_ONLY = bytes(lines(
  'From: shop@example.org',
  'To: bob@example.com',
  'Subject: Offer',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<html><head><style>p{color:red}</style></head><body><p>Cheap <b>bicycles</b></p><a href="https://x.example/t">buy</a></body></html>',
))

/** A boundary that never comes, a transfer encoding that is not kept, and a line without a colon in the header. */
export const BROKEN = bytes(lines(
  'From: broken@example.org',
  'this line is no header field',
  'Subject: Torn to pieces',
  'Content-Type: multipart/mixed; boundary="never"',
  '',
  'The first words stand before any boundary.',
  '--other',
  'Content-Type: text/plain',
  '',
  'more',
))

/** More nested parts than any reader follows. */
export function deepMail(depth: number): Uint8Array {
  let text = lines('Subject: Nested', 'Content-Type: multipart/mixed; boundary=b0', '', 'somewhere below')
  for (let level = 0; level < depth; level++) {
    text += lines(`--b${level}`, `Content-Type: multipart/mixed; boundary=b${level + 1}`, '')
  }
  return bytes(text)
}

/** UTF-8 and Latin 1 bytes in the header without any encoding. */
export const EIGHT_BIT = Buffer.concat([
  Buffer.from('From: Zoë <zoe@example.org>\r\nSubject: Żółw\r\n'),
  bytes(lines('X-Place: K\xF6ln', 'Content-Type: text/plain', '', 'plain')),
])

export const EMPTY = new Uint8Array(0)
