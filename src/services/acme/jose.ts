/** Signed requests of ACME (RFC 8555 §6.2, JWS of RFC 7515) with a P-256 key: ES256, and HS256 to bind an account (§7.3.4). */
import { createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { JsonObject } from '../../base/json.ts'

export interface AccountKey {
  readonly privateKey: KeyObject
  readonly jwk: JsonObject
  /** RFC 7638, base64url: what answers to challenges end with. */
  readonly thumbprint: string
}

/** PEM (PKCS #8) of a new P-256 key. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export function accountKey(pem: string): AccountKey {
  const privateKey = createPrivateKey(pem)
  const { crv = '', x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  // The members in the order of their names, as the thumbprint wants them (RFC 7638 §3.2).
  const jwk = { crv, kty: 'EC', x, y }
  return { privateKey, jwk, thumbprint: createHash('sha256').update(JSON.stringify(jwk)).digest('base64url') }
}

/** `payload` null: POST-as-GET (RFC 8555 §6.3). `header` holds nonce, url, and kid or jwk. */
export function signedRequest({ privateKey }: AccountKey, header: JsonObject, payload: JsonObject | null): string {
  const [head, body] = [encoded({ alg: 'ES256', ...header }), payload === null ? '' : encoded(payload)]
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return JSON.stringify({ protected: head, payload: body, signature: signature.toString('base64url') })
}

/** Shows that the holder of the key `kid` at the authority is who registers `jwk`. `macKey`: base64url. */
export function accountBinding(jwk: JsonObject, kid: string, macKey: string, url: string): JsonObject {
  const [head, body] = [encoded({ alg: 'HS256', kid, url }), encoded(jwk)]
  const signature = createHmac('sha256', Buffer.from(macKey, 'base64url')).update(`${head}.${body}`).digest('base64url')
  return { protected: head, payload: body, signature }
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
