/** What must be true for this node to be ready, each check with a sentence for people. */
import type { Finding } from '../engine/assign/findings.ts'
import type { NodePhase } from '../engine/cluster/node.ts'
import type { Role } from '../engine/cluster/role.ts'
import type { HealthCheck, HealthReply } from '../listeners/health/health-server.ts'
import type { ListenerState } from '../listeners/manager.ts'
import type { CertificatesReport } from '../listeners/tls/certificates.ts'
import type { Store } from '../store/store.ts'
import { listenerText } from './node-info.ts'

export interface HealthSubjects {
  readonly store: Pick<Store, 'ping'>
  readonly role: () => Role
  readonly listeners: () => readonly ListenerState[]
  readonly unmatchedBinds: () => readonly string[]
  readonly certificates: () => CertificatesReport
  /** Why mail is not judged here as it should be; null: it is. */
  readonly spamProblem: () => string | null
  /** In ms since 1970. */
  readonly now: () => number
  readonly phase: () => NodePhase
  /** Whether the node's lease is trusted right now. */
  readonly trusted: () => boolean
  /** What the cluster lacks, as this node sees it. */
  readonly findings: () => readonly Finding[]
}

export function healthChecks(of: HealthSubjects): HealthCheck[] {
  return [
    { check: 'store', run: async () => { await of.store.ping(); return fine('the store answers') } },
    { check: 'role', run: async () => roleReply(of.role()) },
    { check: 'listeners', run: async () => listenersReply(of.listeners(), of.unmatchedBinds()) },
    { check: 'certificates', run: async () => certificatesReply(of.certificates(), of.now()) },
    { check: 'spam filter', run: async () => spamReply(of.spamProblem()) },
    { check: 'node', run: async () => nodeReply(of.phase(), of.trusted()) },
    { check: 'coverage', run: async () => coverageReply(of.findings()) },
  ]
}

function roleReply(role: Role): HealthReply {
  switch (role.kind) {
    case 'none': return fine('no role: everything is enabled')
    case 'known': return fine(`role ${role.name}`)
    case 'unknown': return { ok: false, detail: `no ClusterRole is named ${role.name}: this node runs nothing until it exists` }
  }
}

function listenersReply(listeners: readonly ListenerState[], unmatched: readonly string[]): HealthReply {
  const down = listeners.filter(({ addresses }) => addresses.some(({ state }) => state !== 'up' && state !== 'draining'))
  if (down.length > 0) return { ok: false, detail: down.map(listener => `${listener.name}: ${listenerText(listener)}`).join('; ') }
  const up = listeners.length === 0 ? 'this node has no listeners' : listeners.map(({ name }) => `${name} up`).join(', ')
  // Said, but no reason to take the node out: a role may leave out a listener that has an address here.
  return fine(unmatched.length === 0 ? up : `${up}; ROTA_LISTENER_BIND names what this node does not have: ${unmatched.join(', ')}`)
}

const WARN_BEFORE_MS = 14 * 86_400_000
const ENDING_SHOWN_MAX = 10

/** Said, but no reason to take the node out: on all nodes at once that would end the service, and the rest is served. */
function certificatesReply({ loaded, problems, inUse }: CertificatesReport, now: number): HealthReply {
  const ending = inUse.filter(({ notValidAfter }) => notValidAfter - now < WARN_BEFORE_MS)
    .toSorted((one, other) => one.notValidAfter - other.notValidAfter)
    .slice(0, ENDING_SHOWN_MAX)
    .map(({ name, notValidAfter }) => {
      const day = new Date(notValidAfter).toISOString().slice(0, 10)
      return notValidAfter <= now ? `the certificate of ${name} is over since ${day}` : `the certificate of ${name} ends on ${day}`
    })
  const count = loaded === 0 ? 'only the self-made certificate' : `certificates: ${loaded}`
  return fine([count, ...problems, ...ending].join('; '))
}

/** Said, but no reason to take the node out: mail goes on. */
function spamReply(problem: string | null): HealthReply {
  return fine(problem === null ? 'mail is judged as it should be' : `mail is not judged as it should be: ${problem}`)
}

function nodeReply(phase: NodePhase, trusted: boolean): HealthReply {
  if (phase !== 'working') return { ok: false, detail: `the node is ${phase}` }
  return trusted ? fine('the lease is held') : { ok: false, detail: 'the lease could not be renewed: nothing new is started' }
}

const FINDINGS_SHOWN_MAX = 20

/** Said, but not a reason to take this node out: what is its own fault other checks have said, and the rest is no better without it. */
function coverageReply(findings: readonly Finding[]): HealthReply {
  if (findings.length === 0) return fine('every lane has a node, and the nodes agree')
  const more = findings.length - FINDINGS_SHOWN_MAX
  return fine(findings.slice(0, FINDINGS_SHOWN_MAX).map(({ text }) => text).join(' ') + (more > 0 ? ` And ${more} more.` : ''))
}

function fine(detail: string): HealthReply { return { ok: true, detail } }
