/** The registry of this server: its objects over the store, with tasks and nodes behind their own ports. */
import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import { effectivePermissions } from '../registry/objects/account-permissions.ts'
import { auditReader } from '../registry/objects/audit-entry.ts'
import { clusterNode, nodeReader } from '../registry/objects/cluster-node.ts'
import { taskBackend, taskWaitingFor } from '../registry/objects/task-backend.ts'
import { PLACEHOLDERS, standardObjects, type StandardObjects } from '../registry/objects/standard-objects.ts'
import { Registry } from '../registry/registry.ts'
import { hashSecret } from '../services/auth/secret.ts'
import { newToken } from '../services/auth/token.ts'
import type { MailStore } from '../services/mailstore/mailstore.ts'
import type { Store, Tx } from '../store/store.ts'
import { CLUSTER_TASK_TYPE } from '../tasks/define.ts'
import { accountDepartures } from './account-departures.ts'
import { archivePort } from './archive-port.ts'
import { nodeData } from './node-info.ts'
import { taskPort, type TaskPortDeps } from './task-port.ts'

export interface ObjectsDeps {
  readonly store: Store
  readonly catalogue: Catalogue
  readonly ids: IdSource
  readonly clock: Clock
  readonly mailStore: MailStore<Tx>
  /** What this node knows of the cluster. */
  readonly cluster: TaskPortDeps['cluster']
}
export interface Objects {
  readonly registry: Registry<Tx>
  readonly standard: StandardObjects<Tx>
  /** Names of what an account may do. */
  readonly permissionsOf: (account: JsonObject) => ReadonlySet<string>
}

export function buildObjects({ store, catalogue, ids, clock, mailStore, cluster }: ObjectsDeps): Objects {
  const tasks = taskPort<Tx>({ catalogue, ids, cluster, now: () => clock.now() })
  const standard = standardObjects<Tx>({
    variants: [...catalogue.variants.values()],
    duties: CLUSTER_TASK_TYPE,
    secrets: { hashSecret, newToken },
    mail: mailStore,
    waitingFor: taskWaitingFor(tasks),
    departures: accountDepartures(catalogue, ids, () => registry),
    archive: archivePort(catalogue, ids, clock),
  })
  const nodes = { known: async () => (await store.leases.known()).map(nodeData), now: () => store.now() }
  const registry: Registry<Tx> = new Registry({
    objects: standard.stored,
    outside: [{ definition: clusterNode, reader: nodeReader(nodes) }],
    placeholders: PLACEHOLDERS,
    backends: { Task: taskBackend(tasks), AuditEntry: auditReader },
    store, ids, clock,
  })
  return { registry, standard, permissionsOf: account => effectivePermissions(account, standard.roles) }
}
