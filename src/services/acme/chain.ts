/** Chains of certificates that an authority hands out: which one is taken, and whether it is what was asked for. */
import { X509Certificate } from 'node:crypto'
import { RotaError } from '../../errors.ts'
import type { CertificateFacts } from '../../registry/objects/certificate.ts'
import { judgePair } from '../certificates/certificate-pair.ts'
import type { CertificatePair } from '../certificates/certificate-pair.ts'
import type { AcmeClient } from './client.ts'
import { unusable } from './resources.ts'

/** What ends sooner would be renewed without end. */
const LIFE_MS_MIN = 3_600_000
const ALTERNATES_MAX = 5

/** PEM. `preferred`: part of the name of whom its last certificate was issued by; where no chain has it, the first is taken. */
export async function downloadChain(client: AcmeClient, account: string, url: string, preferred: string | null): Promise<string> {
  const { chain, alternates } = await client.certificate(account, url)
  if (preferred === null || leadsTo(chain, preferred)) return chain
  for (const alternate of alternates.slice(0, ALTERNATES_MAX)) {
    const other = (await client.certificate(account, alternate)).chain
    if (leadsTo(other, preferred)) return other
  }
  return chain
}

function leadsTo(chain: string, root: string): boolean {
  const last = chain.lastIndexOf('-----BEGIN CERTIFICATE-----')
  try {
    return new X509Certificate(chain.slice(Math.max(last, 0))).issuer.toLowerCase().includes(root.toLowerCase())
  } catch {
    return false
  }
}

/** Throws acme/unusable-answer, or acme/refused for one that ends too soon. */
export function judgeChain(
  chain: string, key: string, names: readonly string[], now: number,
): { readonly pair: CertificatePair; readonly facts: CertificateFacts } {
  const judged = judgePair(chain, key)
  if (judged.kind === 'problem') throw unusable(`a certificate that cannot be served: its ${judged.property} ${judged.text}`)
  const { pair, facts } = judged
  const others = facts.subjectAlternativeNames.toSorted()
  if (others.join() !== names.join()) throw unusable(`a certificate for other names than it was asked for: ${others.join(', ').slice(0, 200)}`)
  if (facts.notValidAfter - Math.max(facts.notValidBefore, now) < LIFE_MS_MIN) {
    throw new RotaError('acme/refused', 'the authority issues certificates that end within the hour, so they were of no use; nothing was exchanged')
  }
  return { pair, facts }
}
