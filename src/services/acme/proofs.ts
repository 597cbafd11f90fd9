/** How it is shown to an authority that a name is served here: which challenge is taken, and where its answer goes. */
import { RotaError } from '../../errors.ts'
import type { AcmeChallengeType } from '../../registry/objects/acme-provider.ts'
import { CHALLENGE_TOKEN } from './challenge-answers.ts'
import type { ChallengeAnswers } from './challenge-answers.ts'
import { unusable } from './resources.ts'
import type { AcmeAuthorization, AcmeChallenge } from './resources.ts'

/** On the wire of ACME (RFC 8555 §8, RFC 8737). */
const TYPES: Readonly<Record<AcmeChallengeType, string>> = { Http01: 'http-01', TlsAlpn01: 'tls-alpn-01' }

export interface Proof {
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

  constructor(answers: Pick<ChallengeAnswers, 'offer'>) {
    this.#answers = answers
  }

  /** Puts the answer where the authority looks for it. It may look when this has resolved. */
  give({ name, challenge, keyAuthorization }: Proof): Promise<void> {
    return this.#answers.offer(name, challenge.token, keyAuthorization)
  }
}
