/** A request for a certificate (PKCS #10, RFC 2986): names and a key, signed with the key. */
import { createPrivateKey } from 'node:crypto'
import { alternativeNames, commonNameOf, extensionRequest, integer, publicKeyOf, sequence, signed, tagged } from './der.ts'

/** DER. `key`: a P-256 key in PEM. The subject is empty: only the alternative names count (RFC 8555 §7.4). */
export function signingRequest(names: readonly string[], key: string): Buffer {
  const privateKey = createPrivateKey(key)
  const body = sequence(
    integer(Buffer.of(0)), commonNameOf(null), publicKeyOf(privateKey), tagged(0, extensionRequest(alternativeNames(names))),
  )
  return signed(body, privateKey)
}
