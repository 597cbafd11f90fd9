/** The objects of this server, in the order of the menus, with the permissions and roles that follow from them. */
import { enumType } from '../../base/fields.ts'
import type { EnumMember, EnumType } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RegistryTx } from '../ports.ts'
import type { Placeholder } from '../schema/document.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import type { RolePermissions } from '../schema/permissions.ts'
import { permissionList, rolePermissions } from '../schema/permissions.ts'
import { ACCOUNT, accountObject } from './account.ts'
import type { HashSecret } from './account-credentials.ts'
import { departureHooks } from './account-departure.ts'
import type { Departures } from './account-departure.ts'
import { effectivePermissions } from './account-permissions.ts'
import { API_KEY, apiKeyObject } from './api-key.ts'
import { archivedItemObject } from './archived-item.ts'
import type { ArchivedItemOptions } from './archived-item.ts'
import type { NewToken } from './api-key.ts'
import { acmeProviderObject } from './acme-provider.ts'
import { auditEntry } from './audit-entry.ts'
import { certificateObject } from './certificate.ts'
import type { JudgeCertificate } from './certificate.ts'
import { clusterFinding } from './cluster-finding.ts'
import { clusterLaneObject } from './cluster-lane.ts'
import { clusterNode } from './cluster-node.ts'
import { clusterRoleObject } from './cluster-role.ts'
import { dataRetentionObject } from './data-retention.ts'
import { dkimSignatureObject } from './dkim-signature.ts'
import type { JudgeDkimKey } from './dkim-signature.ts'
import { dnsServer } from './dns-server.ts'
import { domainObject } from './domain.ts'
import type { DomainWork } from './domain-work.ts'
import { memoryLookupKey } from './memory-lookup-key.ts'
import { metricObject } from './metric.ts'
import { networkListener } from './network-listener.ts'
import { oauthGrant } from './oauth-grant.ts'
import type { StoredMail } from './stored-mail.ts'
import type { SchedulePort } from './schedule-rows.ts'
import { scheduleObject } from './schedule.ts'
import type { FindScheduleProblem } from './schedule.ts'
import { spamClassifierObject } from './spam-classifier.ts'
import type { SpamPorts } from './spam-classifier.ts'
import { spamFileExtension } from './spam-file-extension.ts'
import { spamSettings } from './spam-settings.ts'
import { spamTag } from './spam-tag.ts'
import { spamTrainingSampleObject } from './spam-training-sample.ts'
import { systemSettings } from './system-settings.ts'
import { taskManager } from './task-manager.ts'
import { taskFailureObject } from './task-failure.ts'
import { taskRunCountObject } from './task-run-count.ts'
import { taskRunObject } from './task-run.ts'
import { taskVariantObject } from './task-variant.ts'
import { taskObject } from './task.ts'
import type { TaskObjectOptions, TaskVariantDeclaration } from './task.ts'
import { tenantObject } from './tenant.ts'
import { trace } from './trace.ts'

/** Named by fields of tasks whose work is not built: a reference to one of them is always refused. */
export const PLACEHOLDERS: readonly Placeholder[] = [
  { name: 'DmarcInternalReport', doc: 'DMARC reports are not built yet.' },
  { name: 'TlsInternalReport', doc: 'TLS reports are not built yet.' },
]

export interface StandardOptions<Tx> {
  readonly variants: readonly TaskVariantDeclaration[]
  /** The enumeration `ClusterTaskType`. */
  readonly duties: EnumType
  readonly secrets: { readonly hashSecret: HashSecret; readonly newToken: NewToken; readonly newKey: () => string }
  readonly mail: StoredMail<Tx>
  readonly waitingFor: TaskObjectOptions<Tx>['waitingFor']
  readonly parts: TaskObjectOptions<Tx>['parts']
  readonly scheduleProblem: FindScheduleProblem
  readonly schedules: SchedulePort<Tx>
  readonly departures: Departures<Tx>
  readonly judgeCertificate: JudgeCertificate
  readonly judgeDkimKey: JudgeDkimKey
  readonly domainWork: DomainWork<Tx>
  readonly archive: ArchivedItemOptions<Tx>
  readonly spam: SpamPorts<Tx>
}

export interface StandardObjects<Tx> {
  readonly task: ObjectDefinition<JsonObject, Tx>
  /** Variants of tasks whose writing does more than that. */
  readonly hookedVariants: ReadonlySet<string>
  readonly account: ObjectDefinition<JsonObject, Tx>
  readonly certificate: ObjectDefinition<JsonObject, Tx>
  readonly domain: ObjectDefinition<unknown, Tx>
  readonly clusterRole: ReturnType<typeof clusterRoleObject>
  /** In the order of the menus. */
  readonly all: readonly ObjectDefinition<unknown, Tx>[]
  readonly permissions: readonly EnumMember[]
  readonly roles: RolePermissions
}

export function standardObjects<Tx extends RegistryTx>({
  variants,
  duties,
  secrets,
  mail,
  waitingFor,
  parts,
  scheduleProblem,
  schedules,
  departures,
  judgeCertificate,
  judgeDkimKey,
  domainWork,
  archive,
  spam,
}: StandardOptions<Tx>): StandardObjects<Tx> {
  const variantHooks = {
    DestroyAccount: departureHooks<Tx>({
      roles: () => roles,
      destroyAccount: (tx, id, context) => departures.registry().destroyIn(tx, account, id, context),
      putBack: (tx, id, body, context) => departures.registry().putBack(tx, account, id, body, context),
    }),
  }
  const task = taskObject<Tx>(variants, { duties, waitingFor, parts, variantHooks })
  const schedule = scheduleObject<Tx>(variants, scheduleProblem, schedules)
  const taskType = enumType('TaskType', variants.map(({ name, label }) => ({ name, label })))
  const taskRun = taskRunObject(taskType)
  const taskRunCount = taskRunCountObject(taskType)
  const taskFailure = taskFailureObject(taskType)
  const metric = metricObject([...new Set(variants.map(({ lane }) => lane))])
  const clusterRole = clusterRoleObject(duties)
  const cluster = [clusterNode, clusterLaneObject(duties), clusterFinding]
  const tenant = tenantObject<Tx>(mail)
  const certificate = certificateObject<Tx>(judgeCertificate)
  const domain = domainObject<Tx>(domainWork)
  const dkimSignature = dkimSignatureObject<Tx>(judgeDkimKey)
  const acmeProvider = acmeProviderObject<Tx>(secrets.newKey)
  const archivedItem = archivedItemObject<Tx>(archive)
  const spamSample = spamTrainingSampleObject<Tx>(spam.samples)
  const spamRules = [spamSettings, spamClassifierObject<Tx>(schedules, spam.lessons), spamTag, spamFileExtension, memoryLookupKey]
  const inOrder = <Users>(users: readonly Users[]) => [
    task, taskFailure, taskVariantObject(duties), schedule, taskRun, taskRunCount, ...users, oauthGrant, domain, dkimSignature, tenant, archivedItem, spamSample, trace, metric, ...cluster, networkListener, certificate, acmeProvider, dnsServer, systemSettings, clusterRole,
    taskManager, dataRetentionObject<Tx>(schedules), ...spamRules, auditEntry,
  ]
  // Accounts and keys have permissions in their fields: those come from the head of their declarations alone.
  const named = inOrder([ACCOUNT, API_KEY])
  const permissions = permissionList(named)
  const roles = rolePermissions(named)
  const account = accountObject<Tx>({ hashSecret: secrets.hashSecret, permissions, roles, mail, departures })
  const permissionsOf = (body: JsonObject) => effectivePermissions(body, roles)
  const apiKey = apiKeyObject<Tx>({ newToken: secrets.newToken, permissions, permissionsOf })
  return {
    task,
    hookedVariants: new Set(Object.keys(variantHooks)),
    account,
    certificate,
    domain,
    clusterRole,
    all: inOrder([account, apiKey]),
    permissions,
    roles,
  }
}
