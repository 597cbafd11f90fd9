/**
 * Secrets at rest. A password is guessable, so it is stored as argon2id (RFC 9106) in the PHC string form
 * `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`: 19 MiB, 2 passes, 1 lane, about 60 ms of one core. A token
 * that we made holds 256 random bits, which no guessing reaches however fast the hash is: SHA-256, stored as
 * `$sha256$<hash>`, so that a program with a token costs microseconds and not 60 ms. Both forms are read back
 * by `verifySecret`; parameters come from the string, inside limits, so that secrets made with other
 * parameters keep working and a planted string cannot ask for a gigabyte.
 */
import { argon2, createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
const OUR_COST: Cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES, tagLength: HASH_BYTES }

const MEMORY_KIB_MAX = 262_144
const PASSES_MAX = 16
const LANES_MAX = 8
/** Longer passwords are refused: nobody types them, and each costs hashing time. */
const SECRET_BYTES_MAX = 1_024

/**
 * A stored form that no password has, for comparing when there is none: it costs what every password of ours
 * costs.
 */
export const DECOY = phcText(Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES))

const B64 = '([A-Za-z0-9+/]{11,86})'
const ARGON2ID = new RegExp(`^\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,2}),p=(\\d{1,2})\\$${B64}\\$${B64}$`)
const SHA256 = /^\$sha256\$([A-Za-z0-9+/]{43})$/

/**
 * Null when the text can be no secret: empty, too long, or with a lone surrogate (which UTF-8 cannot tell
 * apart).
 */
function secretBytes(text: string): Buffer | null {
  if (text.length > SECRET_BYTES_MAX || !text.isWellFormed()) return null
  // One person's é is typed as one code point on one keyboard and as two on another (RFC 8265 §4.2.2).
  const bytes = Buffer.from(text.normalize('NFC'), 'utf8')
  return bytes.length > 0 && bytes.length <= SECRET_BYTES_MAX ? bytes : null
}

/** The PHC string of a password; the caller has checked its length. */
export async function hashSecret(text: string): Promise<string> {
  const message = secretBytes(text)
  if (message === null) throw new RangeError('a password is 1 to 1024 bytes of well-formed text')
  const salt = randomBytes(SALT_BYTES)
  return phcText(salt, await derive(message, salt, OUR_COST))
}

function phcText(salt: Buffer, hash: Buffer): string {
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(hash)}`
}

/** What is stored of a token that `newToken` made. */
export function hashToken(token: string): string {
  return `$sha256$${unpadded(createHash('sha256').update(token).digest())}`
}

/**
 * False too for a stored form that is not known; the time taken depends on the stored form, not on the text.
 */
export async function verifySecret(text: string, stored: string): Promise<boolean> {
  const message = secretBytes(text)
  if (message === null) return false
  const sha256 = SHA256.exec(stored)?.[1]
  if (sha256 !== undefined) {
    return timingSafeEqual(createHash('sha256').update(message).digest(), Buffer.from(sha256, 'base64'))
  }
  const parts = ARGON2ID.exec(stored)
  if (!parts) return false
  const [memory, passes, parallelism] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const salt = Buffer.from(parts[4] ?? '', 'base64')
  const expected = Buffer.from(parts[5] ?? '', 'base64')
  const inLimits = memory >= 8 * parallelism && memory <= MEMORY_KIB_MAX
    && passes >= 1 && passes <= PASSES_MAX && parallelism >= 1 && parallelism <= LANES_MAX
    && salt.length >= 8 && expected.length >= 16
  if (!inLimits) return false
  const cost = { memory, passes, parallelism, tagLength: expected.length }
  return timingSafeEqual(await derive(message, salt, cost), expected)
}

interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly tagLength: number
}

function derive(message: Buffer, nonce: Buffer, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, ...cost }, (error, hash) => {
      if (error) reject(error)
      else resolve(hash)
    })
  })
}

/** PHC strings use base64 without padding. */
function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
