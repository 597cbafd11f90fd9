/** How it is shown to an authority that a name is ours: which challenge is taken, and where its answer goes. */
import type { Id } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import type { AcmeChallengeType } from '../../registry/objects/acme-provider.ts'
import { CHALLENGE_TOKEN } from './challenge-answers.ts'
import type { ChallengeAnswers } from './challenge-answers.ts'
import type { DnsProofs, Given } from './dns-proofs.ts'
import { unusable } from './resources.ts'
import type { AcmeAuthorization, AcmeChallenge } from './resources.ts'

/** On the wire of ACME (RFC 8555 §8, RFC 8737). */
const TYPES: Readonly<Record<AcmeChallengeType, string>> = { Http01: 'http-01', TlsAlpn01: 'tls-alpn-01', Dns01: 'dns-01' }

export interface Proof {
  readonly domainId: Id
  readonly name: string
  readonly challenge: AcmeChallenge
  /** RFC 8555 §8.1. */
  readonly keyAuthorization: string
}

/** The challenge of the wanted kind. Throws acme/refused when the authority offers none. */
export function challengeOf({ name, challenges }: AcmeAuthorization, wanted: AcmeChallengeType): AcmeChallenge {
  const found = challenges.find(({ type }) => type === TYPES[wanted])
  if (found !== undefined && !CHALLENGE_TOKEN.test(found.token)) throw unusable(`a challenge for ${name} whose token is none`)
  if (found !== undefined) return found
  const offered = challenges.map(({ type }) => type).join(', ')
  throw new RotaError('acme/refused', `the authority does not let ${name} be proven by ${TYPES[wanted]}, but by ${offered || 'nothing'}; change the challengeType of the AcmeProvider`)
}

export class Proofs {
  readonly #answers: Pick<ChallengeAnswers, 'offer'>
  readonly #records: Pick<DnsProofs, 'give' | 'takeBack'>

  constructor(answers: Pick<ChallengeAnswers, 'offer'>, records: Pick<DnsProofs, 'give' | 'takeBack'>) {
    this.#answers = answers
    this.#records = records
  }

  /** Puts the answer where the authority looks for it; a repeat goes on. */
  async give(proof: Proof, signal: AbortSignal): Promise<Given> {
    const { domainId, name, challenge, keyAuthorization } = proof
    if (challenge.type === TYPES.Dns01) return this.#records.give(domainId, name, keyAuthorization, signal)
    await this.#answers.offer(name, challenge.token, keyAuthorization)
    return { kind: 'given' }
  }

  /** Takes away what does not go by itself. Null, or why something of it is still there; a repeat goes on. */
  takeBack(domainId: Id, signal: AbortSignal): Promise<string | null> {
    return this.#records.takeBack(domainId, signal)
  }
}
