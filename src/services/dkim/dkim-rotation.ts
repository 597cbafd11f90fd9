/** Does what `rotation.ts` says comes next for the keys of one domain, until nothing is left to do now. README.md beside this file. */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { setMembers } from '../../base/fields.ts'
import { DKIM_SIGNATURE, dkimSignatureRow, KEYS_PER_DOMAIN_MAX } from '../../registry/objects/dkim-signature.ts'
import type { DkimAlgorithm, DkimStage } from '../../registry/objects/dkim-signature.ts'
import { automatic } from '../../registry/objects/domain-work.ts'
import type { RegistryTx, StoredObject } from '../../registry/ports.ts'
import { formatDate } from '../../registry/values/date.ts'
import type { Variables } from '../certificates/pem-source.ts'
import { changeRrset } from '../dns/change-rrset.ts'
import { txt } from '../dns/record.ts'
import { dkimSet } from '../domain-dns/wanted-records.ts'
import { accessTo, zoneOf } from '../domain-dns/zone-access.ts'
import type { ZoneAccess } from '../domain-dns/zone-access.ts'
import { newDkimKey } from './dkim-key.ts'
import { nextStep, nextTime, selectorOf } from './rotation.ts'
import type { RotatingKey, RotationSettings, RotationStep } from './rotation.ts'

/** `nextAt`: when there may be something to do again, in ms since 1970; null: never by itself. */
export type Rotation =
  | { readonly kind: 'over'; readonly why: string }
  | { readonly kind: 'rotated'; readonly steps: readonly string[]; readonly nextAt: number | null }
  | { readonly kind: 'failed'; readonly why: string }

export interface DkimRotationDeps<Tx> {
  readonly store: { transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>; read<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  readonly ids: IdSource
  readonly clock: Clock
  readonly variables: Variables
  /** Of a domain that has one; for tests too. */
  readonly access?: typeof accessTo
}

/** Of one run: each key takes two or three. */
const STEPS_MAX = 4 * KEYS_PER_DOMAIN_MAX
const FAILURES_SHOWN_MAX = 10

interface Domain { readonly id: Id; readonly name: string; readonly template: string; readonly settings: RotationSettings; readonly access: ZoneAccess | null }
interface Key extends RotatingKey { readonly version: number; readonly body: JsonObject; readonly createdAt: number }

export class DkimRotation<Tx extends RegistryTx = RegistryTx> {
  readonly #deps: DkimRotationDeps<Tx>

  constructor(deps: DkimRotationDeps<Tx>) {
    this.#deps = deps
  }

  /** `told` hears after each step, and may throw to end it there. */
  async rotate(domainId: Id, signal: AbortSignal, told: (steps: number) => Promise<void>): Promise<Rotation> {
    const { store, clock } = this.#deps
    const domain = await this.#domain(domainId)
    if ('kind' in domain) return domain
    const steps: string[] = []
    const failures = new Map<Id, string>()
    while (steps.length < STEPS_MAX) {
      const keys = await store.read(tx => keysOf(tx, domainId))
      if (keys.length >= KEYS_PER_DOMAIN_MAX) return { kind: 'failed', why: `${domain.name} has ${keys.length} DKIM keys; destroy some` }
      const now = clock.now()
      const step = nextStep(keys, domain.settings, now, new Set(failures.keys()))
      if (step === null) {
        if (failures.size > 0) return { kind: 'failed', why: [...failures.values()].slice(0, FAILURES_SHOWN_MAX).join('; ') }
        return { kind: 'rotated', steps, nextAt: nextTime(keys, now) }
      }
      const problem = await this.#do(step, keys, domain, signal)
      if (problem !== null && 'key' in step) failures.set(step.key.id, problem)
      else steps.push(textOf(step))
      await told(steps.length)
    }
    return { kind: 'failed', why: `the keys of ${domain.name} were changed by others all the time` }
  }

  async #domain(id: Id): Promise<Domain | Exclude<Rotation, { kind: 'rotated' }>> {
    const { store, clock, variables, access = accessTo } = this.#deps
    const zone = await store.read(tx => zoneOf(tx, id))
    if (zone.kind === 'gone') return { kind: 'over', why: 'the domain was destroyed' }
    const { body } = zone
    const managed = automatic(body['dkimManagement'])
    const name = String(body['name'])
    if (managed === null) return { kind: 'over', why: `the DKIM keys of ${name} are managed by hand; set dkimManagement of the domain to Automatic` }
    const publishes = zone.kind === 'managed' && membersOf(automatic(body['dnsManagement'])?.['publishRecords']).includes('dkim')
    const opened = publishes ? await access(zone.zone, zone.server, clock, variables) : null
    if (typeof opened === 'string') return { kind: 'failed', why: opened }
    const settings: RotationSettings = {
      algorithms: membersOf(managed['algorithms']) as DkimAlgorithm[], publishes,
      rotateAfterMs: Number(managed['rotateAfter']), retireAfterMs: Number(managed['retireAfter']), deleteAfterMs: Number(managed['deleteAfter']),
    }
    return { id, name, template: String(managed['selectorTemplate']), settings, access: opened }
  }

  /** Null: it is done, or is no longer to be done. A text: why not. */
  async #do(step: RotationStep, keys: readonly Key[], domain: Domain, signal: AbortSignal): Promise<string | null> {
    if (step.kind === 'create') {
      await this.#create(step, domain)
      return null
    }
    const key = keys.find(({ id }) => id === step.key.id)
    if (key === undefined) return null
    switch (step.kind) {
      case 'move': await this.#move(key, step.to, step.nextAt); return null
      case 'destroy': await this.#destroy(key); return null
      case 'withdraw': return await this.#put(key, null, domain, signal) ?? this.#moved(key, 'retired', domain.settings.deleteAfterMs)
      case 'adopt': return await this.#put(key, String(key.body['publicKey']), domain, signal) ?? this.#moved(key, 'active', domain.settings.rotateAfterMs)
      case 'publish': return this.#publish(key, domain, signal)
    }
  }

  async #create({ algorithm, stage }: RotationStep & { kind: 'create' }, { id: domainId, template, settings }: Domain): Promise<void> {
    const { store, ids, clock } = this.#deps
    const { pem, record } = await newDkimKey(algorithm)
    await store.transact(async tx => {
      await tx.objects.lock(DKIM_SIGNATURE)
      const keys = await keysOf(tx, domainId)
      const [now, id] = [clock.now(), ids.next()]
      // Who has slept through its lease comes here too: another may have made the key.
      const wanted = nextStep(keys, settings, now)
      if (wanted?.kind !== 'create' || wanted.algorithm !== algorithm) return
      const body: JsonObject = {
        '@type': algorithm, domainId, selector: selectorOf(template, algorithm, now, new Set(keys.map(({ selector }) => selector))),
        privateKey: { '@type': 'Text', secret: pem }, publicKey: record, stage, createdAt: formatDate(now),
        nextTransitionAt: stage === 'pending' ? formatDate(now) : null,
      }
      const { index, links } = dkimSignatureRow(body)
      await tx.objects.insert(DKIM_SIGNATURE, id, body, index, links)
    })
  }

  /** Once the record is everywhere the key signs; until then it is looked after again. */
  async #publish(key: Key, domain: Domain, signal: AbortSignal): Promise<string | null> {
    const { access, settings, name } = domain
    if (access === null) return null
    const record = String(key.body['publicKey'])
    const { owner, type, merge } = dkimSet(key.selector, name, record)
    const put = await changeRrset(access.updater, { owner, type, merge, ttlS: access.ttlS }, signal)
    if (typeof put !== 'string') return put.text
    if (access.propagationDelayMs !== null) {
      // Who died after the zone was changed finds it unchanged: it has waited long enough only when the key is as old.
      const waitMs = put === 'changed' ? access.propagationDelayMs : key.createdAt + access.propagationDelayMs - this.#deps.clock.now()
      return waitMs > 0 ? this.#moved(key, 'pending', waitMs) : this.#moved(key, 'active', settings.rotateAfterMs)
    }
    const spread = await access.spread(owner, txt(record), signal)
    if (spread.kind === 'everywhere') return this.#moved(key, 'active', settings.rotateAfterMs)
    if (this.#deps.clock.now() - key.createdAt < access.propagationTimeoutMs) return this.#moved(key, 'pending', access.pollingMs)
    return `${owner} has not come to ${spread.kind === 'missing' ? spread.at.join(', ') : `the name servers of ${access.zone} (${spread.why})`}`
  }

  /** Null `record`: it goes. */
  async #put(key: Key, record: string | null, { access, name }: Domain, signal: AbortSignal): Promise<string | null> {
    if (access === null) return null
    const end = await changeRrset(access.updater, { ...dkimSet(key.selector, name, record), ttlS: access.ttlS }, signal)
    return typeof end === 'string' ? null : end.text
  }

  async #moved(key: Key, stage: DkimStage, afterMs: number): Promise<null> {
    await this.#move(key, stage, this.#deps.clock.now() + afterMs)
    return null
  }

  /** Only what was judged: a key that somebody has changed since is looked at again. */
  async #move({ id, version, body }: Key, stage: DkimStage, nextAt: number | null): Promise<void> {
    const next = { ...body, stage, nextTransitionAt: nextAt === null ? null : formatDate(nextAt) }
    const { index, links } = dkimSignatureRow(next)
    await this.#deps.store.transact(tx => tx.objects.update(DKIM_SIGNATURE, id, version, next, index, links))
  }

  async #destroy({ id, version }: Key): Promise<void> {
    await this.#deps.store.transact(async ({ objects }) => {
      await objects.lock(DKIM_SIGNATURE)
      const [now] = await objects.get(DKIM_SIGNATURE, [id])
      if (now?.version === version) await objects.remove(DKIM_SIGNATURE, id)
    })
  }
}

async function keysOf({ objects }: RegistryTx, domainId: Id): Promise<Key[]> {
  const where = [{ field: 'domainId', value: domainId }]
  return (await objects.get(DKIM_SIGNATURE, await objects.query(DKIM_SIGNATURE, { where, ascending: true, limit: KEYS_PER_DOMAIN_MAX }))).map(keyOf)
}

function keyOf({ id, version, body }: StoredObject): Key {
  return {
    id, version, body, algorithm: body['@type'] as DkimAlgorithm, selector: String(body['selector']), stage: body['stage'] as DkimStage,
    nextAt: timeOf(body['nextTransitionAt']), createdAt: timeOf(body['createdAt']) ?? 0,
  }
}

function timeOf(date: Json | undefined): number | null {
  return typeof date === 'string' ? Date.parse(date) : null
}

function membersOf(value: Json | undefined): string[] {
  return isJsonObject(value) ? setMembers(value) : []
}

function textOf(step: RotationStep): string {
  return step.kind === 'create' ? `create ${step.algorithm}` : `${step.kind === 'move' ? step.to : step.kind} ${step.key.selector}`
}
