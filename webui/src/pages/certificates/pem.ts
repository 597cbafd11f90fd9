/** What files of certificates hold: PEM blocks (RFC 7468), in whatever order and however many files. */

export interface Pem {
  /** The chain, in the order of the files; null: none of them has a certificate. */
  readonly certificate: string | null
  readonly privateKey: string | null
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g

export function pemOf(texts: readonly string[]): Pem {
  const blocks = texts.flatMap(text => [...text.matchAll(BLOCK)].map(([block, kind = '']) => ({ block: block.replaceAll('\r', ''), kind })))
  const chain = blocks.filter(({ kind }) => kind === 'CERTIFICATE').map(({ block }) => block)
  const key = blocks.find(({ kind }) => kind.endsWith('PRIVATE KEY'))
  return { certificate: chain.length === 0 ? null : `${chain.join('\n')}\n`, privateKey: key === undefined ? null : `${key.block}\n` }
}
