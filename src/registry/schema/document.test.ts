import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { schemaFaults } from '../../../test/support/schema-grammar.ts'
import { nullable, string } from '../../base/fields.ts'
import { object } from './object.ts'

interface Facts {
  readonly objects: Readonly<Record<string, { type: string; permissionPrefix: string }>>
  /** Object or union → variant → its shape. */
  readonly variants: Readonly<Record<string, Readonly<Record<string, string | null>>>>
  readonly fields: Readonly<Record<string, Readonly<Record<string, FieldFact>>>>
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly enums: Readonly<Record<string, readonly string[]>>
}
interface FieldFact { readonly type: Readonly<Record<string, unknown>>; readonly update: string }
type Named = Readonly<Record<string, unknown>>
interface Document {
  readonly objects: Readonly<Record<string, Named>>
  readonly schemas: Readonly<Record<string, { type: string; schemaName?: string; variants?: { name: string; schemaName?: string }[] }>>
  readonly fields: Readonly<Record<string, { properties: Readonly<Record<string, FieldFact>>; defaults: Named }>>
  readonly forms: Readonly<Record<string, { sections: { fields: { name: string }[] }[] }>>
  readonly lists: Readonly<
    Record<string, { columns: { name: string }[]; filters?: Named[]; filtersStatic?: Named; sort?: string[]; massActions?: Named[]; labelProperty?: string }>
  >
  readonly enums: Readonly<Record<string, { name: string }[]>>
  readonly layouts: readonly unknown[]
}

const FACTS = JSON.parse(readFileSync(new URL('../../../test/data/registry-structure.json', import.meta.url), 'utf8')) as Facts

/** What Rota has and its clients' other servers have not. */
const OWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['parentId', 'parts', 'running', 'waitingFor'],
  ClusterRole: ['description'],
  DataRetention: ['holdTaskRunsFor', 'holdAuditFor'],
  ClusterNode: ['role', 'duties', 'listeners', 'pushShard', 'draining', 'version', 'startedAt', 'lastError', 'ownedBuckets', 'runningTasks', 'clockOffset', 'certificateProblems', 'addresses'],
  AcmeProvider: ['trustedCertificate'], DnsServerTsig: ['description'], UserAccount: ['description'], GroupAccount: ['description'], EmailAlias: ['description'], Domain: ['description'],
  PasswordCredential: ['description'],
  ApiKey: ['accountId', 'description', 'lastUsedAt'],
  ArchivedEmail: ['mailboxIds', 'keywords'],
  SpamClassifier: ['learntSpam', 'learntHam', 'newSamples', 'trainedAt'],
}
/** Of shapes that the server alone makes: what clients may change all the same. */
const CHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(['Email', 'FileNode', 'CalendarEvent', 'ContactCard', 'SieveScript'].map(type => [`Archived${type}`, ['archivedUntil', 'status']])),
  ClusterNode: [], Trace: [], MetricCount: [], MetricSum: [],
}
const OWN_SHAPES: ReadonlySet<string> = new Set([
  'TaskParts', 'TaskRunning', 'TaskWaitingForTime', 'TaskWaitingForNode', 'TaskWaitingForTask', 'TaskFailure', 'TaskVariant', 'TaskRun', 'TaskRunCount', 'Schedule', 'ScheduledIndexDocument', 'ScheduledUnindexDocument', 'ScheduledIndexTrace',
  'ScheduledAccountMaintenance', 'ScheduledTenantMaintenance', 'ScheduledStoreMaintenance', 'ScheduledSpamFilterMaintenance', 'ScheduledAcmeRenewal', 'ScheduledDkimManagement', 'ScheduledDnsManagement',
  'AuditEntry', 'OAuthGrant', 'ClusterLane', 'ClusterFinding', 'ClusterNodeAddress',
])
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Permission: [
    'sysTaskFailureGet', 'sysTaskFailureQuery', 'sysTaskVariantGet', 'sysTaskVariantQuery', 'sysTaskRunGet', 'sysTaskRunQuery', 'sysTaskRunCountGet', 'sysTaskRunCountQuery', ...['Get', 'Query', 'Create', 'Update', 'Destroy'].map(verb => `sysSchedule${verb}`),
    'sysAuditEntryGet', 'sysAuditEntryQuery', 'sysOAuthGrantGet', 'sysOAuthGrantQuery', 'sysOAuthGrantDestroy',
    'sysClusterNodeUpdate', 'sysClusterLaneGet', 'sysClusterLaneQuery', 'sysClusterFindingGet', 'sysClusterFindingQuery',
  ],
}
const OWN_VARIANTS: Readonly<Record<string, readonly string[]>> = { UserRoles: ['Operator', 'ReadOnly'] }
/** Others have them, their work is not built here. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  Credential: ['AppPassword', 'ApiKey'],
  SubAddressing: ['Custom'],
  SpamTag: ['Discard', 'Reject'],
  UserRoles: ['Custom'],
  TraceValue: ['Integer', 'Boolean', 'Float', 'UTCDateTime', 'Duration', 'List', 'Event', 'Null'],
}
/** Of those that clients know, the ones that are kept. */
const QUOTAS: Readonly<Record<string, readonly string[]>> = {
  AcmeChallengeType: ['TlsAlpn01', 'Dns01', 'Http01'],
  StorageQuota: ['maxEmails', 'maxDiskQuota'],
  TenantStorageQuota: ['maxAccounts', 'maxGroups', 'maxDomains', 'maxDiskQuota'],
}
const OTHER_DEFAULTS: Readonly<Record<string, Named>> = {
  NetworkListener: { socketReusePort: false },
  // This server signs nothing yet, and publishes less.
  Domain: { dkimManagement: { '@type': 'Manual' } },
  DnsManagementProperties: { publishRecords: { dkim: true, spf: true, mx: true, dmarc: true, srv: true, tlsRpt: true } },
  SystemSettings: { defaultHostname: '', mailExchangers: { 0: { priority: 10, hostname: null } } },
}
/** Limits may be tighter here, so that every value has one. */
const LIMITS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'min', 'max']

describe('the schema document', () => {
  let test: TestRegistry
  let document: Document
  before(async () => {
    test = await openRegistry()
    document = JSON.parse(test.registry.schemaDocument().json) as Document
  })

  it('keeps to the grammar', () => { assert.deepEqual(schemaFaults(document), []) })

  it('names nothing that it does not hold', () => {
    const faults: string[] = []
    const need = (where: string, part: keyof Document, name: unknown) => {
      if (!Object.hasOwn(document[part], String(name))) faults.push(`${where} names ${String(name)}, which is not in ${part}`)
    }
    const typeNames = (where: string, type: Named): void => {
      if (type['type'] === 'enum') need(where, 'enums', type['enumName'])
      if (type['type'] === 'objectId') need(where, 'objects', type['objectName'])
      if (type['type'] === 'object' || type['type'] === 'objectList') need(where, 'schemas', type['objectName'])
      for (const inner of ['class', 'keyClass', 'valueClass']) if (type[inner] !== undefined) typeNames(where, type[inner] as Named)
    }
    for (const [name, { type, objectName }] of Object.entries(document.objects))
      need(name, type === 'view' ? 'objects' : 'schemas', type === 'view' ? objectName : name)
    for (const [name, { schemaName, variants = [] }] of Object.entries(document.schemas)) {
      for (const of of [schemaName, ...variants.map(variant => variant.schemaName)]) if (of !== undefined) need(name, 'fields', of)
    }
    for (const [name, { properties, defaults }] of Object.entries(document.fields)) {
      for (const [property, { type }] of Object.entries(properties)) typeNames(`${name}/${property}`, type)
      for (const property of Object.keys(defaults))
        if (!Object.hasOwn(properties, property)) faults.push(`${name} has a default for ${property}`)
    }
    for (const [name, { filters = [] }] of Object.entries(document.lists)) for (const filter of filters) typeNames(name, filter)
    for (const view of JSON.stringify(document.layouts).matchAll(/"viewName":"([^"]*)"/g)) need('the menu', 'objects', view[1])
    assert.deepEqual(faults, [])
  })

  it('has a form for every shape with fields, and a list for every object', () => {
    for (const [name, { properties }] of Object.entries(document.fields)) {
      const placed = document.forms[name]?.sections.flatMap(section => section.fields.map(field => field.name)) ?? []
      assert.deepEqual([...placed].sort(), Object.keys(properties).sort(), name)
    }
    for (const [name, { type }] of Object.entries(document.objects)) {
      const placeholder = document.fields[name] !== undefined && Object.keys(document.fields[name].properties).length === 0
      if (type !== 'singleton' && !placeholder) assert.ok((document.lists[name]?.columns.length ?? 0) > 0, name)
    }
    assert.deepEqual(document.forms['x:Task'], { sections: [{ fields: [{ name: '@type', label: 'Type' }] }] })
    assert.deepEqual(document.lists['x:Task/TaskFailed']?.filtersStatic, { status: 'Failed' })
    const again = [{ type: 'setProperty', label: 'Run now', properties: { status: { '@type': 'Pending' } } }]
    assert.deepEqual(document.lists['x:Task/TaskFailed']?.massActions, again)
    assert.deepEqual(document.lists['x:ClusterNode']?.massActions, [{ type: 'setProperty', label: 'Drain', properties: { draining: true } }])
    assert.equal(document.lists['x:ClusterRole']?.labelProperty, 'name')
    assert.deepEqual(document.lists['x:Task']?.sort, ['due'])
  })

  it('says of members of enumerations what they are called, and nothing else', () => {
    const known = new Set(['name', 'label', 'explanation'])
    for (const [name, members] of Object.entries(document.enums)) {
      for (const member of members) assert.deepEqual(Object.keys(member).filter(key => !known.has(key)), [], name)
    }
  })

  it('has the objects, variants and enumerations that clients know', () => {
    for (const [name, { type, permissionPrefix }] of Object.entries(FACTS.objects)) {
      assert.deepEqual(
        [document.objects[`x:${name}`]?.['type'], document.objects[`x:${name}`]?.['permissionPrefix']],
        [type, permissionPrefix],
      )
    }
    for (const [name, variants] of Object.entries(FACTS.variants)) {
      const expected = [...Object.keys(variants).filter(variant => !LEFT_OUT[name]?.includes(variant)), ...OWN_VARIANTS[name] ?? []]
      assert.deepEqual(document.schemas[`x:${name}`]?.variants?.map(variant => variant.name), expected, name)
    }
    for (const [name, members] of Object.entries(FACTS.enums)) {
      const declared = document.enums[name]?.map(member => member.name) ?? []
      if (name in QUOTAS) assert.deepEqual(declared, QUOTAS[name])
      else assert.deepEqual([...declared].sort(), [...members, ...OWN_MEMBERS[name] ?? []].sort(), name)
    }
  })

  it('has fields of the types, rules and defaults that clients know', () => {
    let compared = 0
    for (const [shape, known] of shapesOf(document)) {
      if (OWN_SHAPES.has(shape)) continue
      const { properties = {}, defaults = {} } = document.fields[`x:${shape}`] ?? {}
      const facts = FACTS.fields[known]
      assert.ok(facts, known)
      for (const [name, { type, update }] of Object.entries(properties)) {
        const fact: FieldFact | undefined = facts[name]
        if (!fact) {
          const own = [...OWN_FIELDS[known] ?? [], ...known.startsWith('Task') ? OWN_FIELDS['Task'] ?? [] : []]
          assert.ok(own.includes(name), `${shape}/${name} is not known to clients`)
          continue
        }
        const rule: string = CHANGEABLE[known]?.includes(name) === false ? 'serverSet' : fact.update
        assert.deepEqual([bare(type, fact.type), update], [fact.type, rule], `${shape}/${name}`)
        assert.deepEqual(defaults[name], OTHER_DEFAULTS[known]?.[name] ?? FACTS.defaults[known]?.[name], `default of ${shape}/${name}`)
        compared++
      }
    }
    assert.ok(compared > 120, String(compared))
  })

  it('has a hash that follows its content', async () => {
    const { hash, gzip, json } = test.registry.schemaDocument()
    assert.match(hash, /^[A-Za-z0-9_-]{43}$/)
    assert.equal(gunzipSync(gzip).toString(), json)
    assert.equal((await openRegistry()).registry.schemaDocument().hash, hash)
    const more = object({ name: 'More', label: 'More', doc: 'For tests.', fields: { name: nullable(string('Name.')) }, columns: ['name'] })
    assert.notEqual((await openRegistry(more)).registry.schemaDocument().hash, hash)
  })
})

describe('the grammar check', () => {
  it('finds what a strict client would stumble over', async () => {
    const text = (await openRegistry()).registry.schemaDocument().json
    const broken: readonly [string | RegExp, string][] = [
      ['"format":"duration"', '"format":"period"'],
      ['"type":"utcDateTime"', '"type":"date"'],
      ['"update":"serverSet"', '"update":"never"'],
      ['"dashboards":[]', '"dash":[]'],
      ['"type":"singleton"', '"type":"single"'],
      ['"icon":"server"', '"image":"server"'],
      ['"type":"link"', '"type":"url"'],
      [/"permissionPrefix":"sysTask",?/, ''],
    ]
    for (const [from, to] of broken) {
      const changed = text.replace(from, to).replace(',}', '}')
      assert.ok(changed !== text, String(from))
      assert.ok(schemaFaults(JSON.parse(changed)).length > 0, String(from))
    }
  })
})

/** Our shapes with the shape that clients know for them: ours has one for each variant, theirs share some. */
function shapesOf(document: Document): [string, string][] {
  const shapes = new Map<string, string>()
  for (const [name, { variants = [], schemaName }] of Object.entries(document.schemas)) {
    if (schemaName !== undefined) shapes.set(schemaName.slice(2), shapes.get(schemaName.slice(2)) ?? schemaName.slice(2))
    for (const variant of variants) {
      if (variant.schemaName === undefined) continue
      shapes.set(variant.schemaName.slice(2), FACTS.variants[name.slice(2)]?.[variant.name] ?? variant.schemaName.slice(2))
    }
  }
  return [...shapes].filter(([shape]) => Object.keys(document.fields[`x:${shape}`]?.properties ?? {}).length > 0)
}

/** A declared type without `x:` and without the limits that the fact does not have. */
function bare(type: Named, fact: Named | undefined): Named {
  return Object.fromEntries(Object.entries(type).flatMap(([key, value]): [string, unknown][] => {
    if (LIMITS.includes(key) && fact?.[key] === undefined) return []
    if (key === 'objectName') return [[key, String(value).slice(2)]]
    return [[key, typeof value === 'object' && value !== null ? bare(value as Named, fact?.[key] as Named | undefined) : value]]
  }))
}
