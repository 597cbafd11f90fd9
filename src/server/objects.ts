/** The registry of this server: its objects over the store, with tasks and nodes behind their own ports. */
import type { Clock } from '../base/clock.ts'
import type { IdSource } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import { scheduleProblem } from '../engine/queue/cron.ts'
import { nextSlot } from '../engine/queue/slots.ts'
import type { ListenerProtocol, NetworkListener } from '../listeners/network-listener.ts'
import { effectivePermissions } from '../registry/objects/account-permissions.ts'
import { auditReader } from '../registry/objects/audit-entry.ts'
import { findingReader } from '../registry/objects/cluster-finding.ts'
import { laneReader } from '../registry/objects/cluster-lane.ts'
import { nodeBackend } from '../registry/objects/cluster-node.ts'
import { scheduleBackend } from '../registry/objects/schedule-backend.ts'
import { scheduleSlots } from '../registry/objects/schedule-slots.ts'
import { taskBackend, taskParts, taskWaitingFor, type TaskPort } from '../registry/objects/task-backend.ts'
import { PLACEHOLDERS, standardObjects, type StandardObjects } from '../registry/objects/standard-objects.ts'
import { laneLoad } from '../registry/objects/lane-load.ts'
import { listenerPreview } from '../registry/objects/listener-preview.ts'
import { networkListener } from '../registry/objects/network-listener.ts'
import { metricReader } from '../registry/objects/metric.ts'
import { rolePreview } from '../registry/objects/role-preview.ts'
import { runRates } from '../registry/objects/run-rates.ts'
import { taskBulk } from '../registry/objects/task-bulk.ts'
import { taskFailureReader } from '../registry/objects/task-failure.ts'
import { taskRunCountReader } from '../registry/objects/task-run-count.ts'
import { taskRunReader } from '../registry/objects/task-run.ts'
import { taskVariantReader } from '../registry/objects/task-variant.ts'
import { traceBackend } from '../registry/objects/trace.ts'
import type { ObjectReader } from '../registry/ops/backend.ts'
import { Registry, type OwnMethods } from '../registry/registry.ts'
import type { CertificateReader } from '../services/certificates/certificate-reader.ts'
import { newKey } from '../services/acme/jose.ts'
import { hashSecret } from '../services/auth/secret.ts'
import { newToken } from '../services/auth/token.ts'
import type { Variables } from '../services/certificates/pem-source.ts'
import { judgeDkimKey } from '../services/dkim/dkim-key.ts'
import type { MailStore } from '../services/mailstore/mailstore.ts'
import { storedTraces } from '../services/telemetry/traces.ts'
import type { Store, Tx } from '../store/store.ts'
import { CLUSTER_TASK_TYPE } from '../tasks/define.ts'
import { accountDepartures } from './account-departures.ts'
import { archivePort } from './archive-port.ts'
import { clusterPort, type ClusterObjects, type JudgeCluster } from './cluster-port.ts'
import { domainWork } from './domain-work.ts'
import { laneLoads } from './lane-loads.ts'
import { listenerPreviews } from './listener-preview.ts'
import { rolePreviews } from './role-preview.ts'
import { schedulePort } from './schedule-port.ts'
import { spamLessons, spamSamplePort } from './spam-sample-port.ts'
import { taskPort, type TaskPortDeps } from './task-port.ts'

export interface ObjectsDeps {
  readonly store: Store
  readonly catalogue: Catalogue
  readonly ids: IdSource
  readonly clock: Clock
  readonly mailStore: MailStore<Tx>
  readonly certificates: CertificateReader
  /** Of this process. */
  readonly variables: Variables
  /** What this node knows of the cluster. */
  readonly cluster: TaskPortDeps['cluster']
}
export interface Objects {
  readonly registry: Registry<Tx>
  readonly standard: StandardObjects<Tx>
  /** All of them, whatever the roles say. */
  readonly listeners: (tx: Tx) => Promise<readonly NetworkListener[]>
  /** Of these live nodes, while there are these roles. */
  readonly findings: JudgeCluster
  /** Names of what an account may do. */
  readonly permissionsOf: (account: JsonObject) => ReadonlySet<string>
}

export function buildObjects({ store, catalogue, ids, clock, mailStore, certificates, variables, cluster }: ObjectsDeps): Objects {
  const tasks = taskPort<Tx>({ catalogue, ids, cluster, now: () => clock.now() })
  const standard = standardObjects<Tx>({
    variants: [...catalogue.variants.values()],
    duties: CLUSTER_TASK_TYPE,
    secrets: { hashSecret, newToken, newKey },
    judgeCertificate: body => certificates.judge(body),
    judgeDkimKey: body => judgeDkimKey(body, variables),
    domainWork: domainWork(catalogue, ids, clock),
    mail: mailStore,
    waitingFor: taskWaitingFor(tasks),
    parts: taskParts(tasks),
    schedules: schedulePort<Tx>(() => clock.now()),
    scheduleProblem: (cron, timeZone) => scheduleProblem(cron, timeZone, clock.now()),
    departures: accountDepartures(catalogue, ids, () => registry),
    archive: archivePort(catalogue, ids, clock),
    spam: { samples: spamSamplePort(store, mailStore, clock), lessons: spamLessons },
  })
  const allLanes = [...catalogue.lanes.values()]
  const roles = async (tx: Tx) => (await registry.all(tx, standard.clusterRole)).map(({ value }) => value)
  const roleNames = async (tx: Tx) => new Set((await roles(tx)).map(({ name }) => name))
  const nodes = clusterPort<Tx>({ lanes: allLanes, alone: store.kind !== 'postgres', roles: roleNames })
  const listeners = async (tx: Tx) => (await registry.all(tx, networkListener)).map(({ id, value }) => ({ ...value, id, protocol: value.protocol as ListenerProtocol }))
  const previews = rolePreviews<Tx>({ lanes: allLanes, judge: nodes.judge, roles, listeners: async tx => (await listeners(tx)).map(({ id, name }) => ({ id, name })) })
  const registry: Registry<Tx> = new Registry({
    objects: standard.all,
    placeholders: PLACEHOLDERS,
    backends: backends(tasks, nodes, catalogue),
    methods: {
      ...ownMethods(tasks, standard),
      'ClusterLane/load': laneLoad(laneLoads<Tx>(catalogue), standard.task),
      'ClusterRole/preview': rolePreview(previews),
      'NetworkListener/preview': listenerPreview(listenerPreviews<Tx>({ roles, listeners })),
    },
    store, ids, clock,
  })
  return { registry, standard, listeners, findings: nodes.judge, permissionsOf: account => effectivePermissions(account, standard.roles) }
}

/** For the objects whose rows are not in the ObjectTable. */
export function backends(
  tasks: TaskPort<Tx>, cluster: ClusterObjects<Tx>, { variants }: Pick<Catalogue, 'variants'>,
): Readonly<Record<string, ObjectReader<Tx>>> {
  return {
    ClusterNode: nodeBackend(cluster),
    ClusterLane: laneReader(cluster.lanes, cluster),
    ClusterFinding: findingReader(tx => cluster.findings(tx)),
    Task: taskBackend(tasks),
    Schedule: scheduleBackend(schedulePort<Tx>(() => tasks.now())),
    TaskFailure: taskFailureReader(tasks),
    TaskVariant: taskVariantReader([...variants.values()]),
    TaskRun: taskRunReader<Tx>(tx => tx.runs),
    TaskRunCount: taskRunCountReader<Tx>(tx => tx.runs),
    AuditEntry: auditReader,
    Trace: traceBackend<Tx>(storedTraces),
    Metric: metricReader<Tx>(tx => tx.metrics),
  }
}

/** Besides the three verbs. */
export function ownMethods(tasks: TaskPort<Tx>, { hookedVariants }: Pick<StandardObjects<Tx>, 'hookedVariants'>): OwnMethods<Tx> {
  return {
    'Task/bulk': taskBulk(tasks, hookedVariants),
    'TaskRunCount/rates': runRates<Tx>(tx => tx.runs),
    'Schedule/slots': scheduleSlots<Tx>(nextSlot, (cron, timeZone) => scheduleProblem(cron, timeZone, tasks.now())),
  }
}
