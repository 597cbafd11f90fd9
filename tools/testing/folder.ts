/**
 * A folder for what test files store for a time, in memory where there is room: no test asks whether a disk keeps its word,
 * and waiting for it (fsync, at each commit of a database) takes a good part of their time.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** As statfs tells a file system in memory. */
const TMPFS = 0x01021994
/** Of memory, several times what the largest files take at a time. */
const ROOM_BYTES_MIN = 4 * 2 ** 30
/** Whoever was killed may still be about to go. */
const REMOVALS_MAX = 20

export class RunFolder {
  readonly #path = mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), 'rota-tests-'))
  /** What test files get as TMPDIR. */
  readonly temporary = join(this.#path, 'tmp')
  /** For what one of them makes and others can use. */
  readonly shared = join(this.#path, 'shared')

  constructor() {
    for (const folder of [this.temporary, this.shared]) mkdirSync(folder)
    // PostgreSQL runs as somebody else when the tests run as root.
    for (const folder of [this.#path, this.temporary]) chmodSync(folder, 0o755)
    chmodSync(this.shared, 0o777)
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true, maxRetries: REMOVALS_MAX })
  }
}

function hasRoom(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY)
    return type === TMPFS && Math.min(bavail * bsize, freemem()) >= ROOM_BYTES_MIN
  } catch {
    return false // ENOENT: another system than Linux.
  }
}
