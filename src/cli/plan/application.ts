/**
 * A plan carried out: destroy lines first, in reverse, then the others in their order, and what reconcile lines leave
 * over at the end. Creations of one kind that do not refer to each other go in one request, changes one by one.
 *
 * An object that is as the plan says costs no request, so a plan that was applied before changes nothing. What the
 * server refuses ends the run (unless it is to go on), and everything done until then has been reported. With `dryRun`
 * nothing is written; ids of objects that would be made stay references.
 */
import type { JsonObject } from '../../base/json.ts'
import type { SetOutcome } from '../../jmap-client/client.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import { setError } from '../../jmap-client/set-error.ts'
import { CommandFailure } from '../failure.ts'
import { refusalCode } from '../refusal.ts'
import type { Invocation, Remote } from '../remote.ts'
import type { Difference } from './diff.ts'
import { differences, patchDifferences, patchOf } from './diff.ts'
import { matchKey } from './identity.ts'
import { idOf, Inventory, removalOrder } from './inventory.ts'
import { byId, outcomesOf } from './outcomes.ts'
import { readAll } from './read-all.ts'
import { TYPE_WORD } from './rebuild.ts'
import { referencesIn, resolvePatch, resolveReferences } from './reference.ts'
import type { Subject, Tally } from './report.ts'
import { Report } from './report.ts'
import type { Entry, Step } from './step.ts'

export interface ApplyOptions { readonly dryRun: boolean; readonly continueOnError: boolean }
type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>

/** Objects that are named when nobody knows what became of them; the rest is counted. */
const NAMED_MAX = 5

export class Application {
  readonly #to: Invocation
  readonly #remote: Remote
  readonly #options: ApplyOptions
  readonly #report: Report
  /** Names of the plan to ids, as far as objects were found or made. */
  readonly #ids = new Map<string, string>()
  readonly #inventories = new Map<ObjectEntry, Inventory>()
  /** Ids and match keys that a line speaks for, with that line. */
  readonly #claimed = new Map<string, number>()
  readonly #destroyed = new Set<string>()
  /** Creations of one kind that go together. */
  readonly #pending = new Map<string, Subject>()

  constructor(to: Invocation, remote: Remote, options: ApplyOptions) {
    this.#to = to
    this.#remote = remote
    this.#options = options
    this.#report = new Report(to, remote.model, options.dryRun)
  }

  /** Throws CommandFailure when something was refused; what was done until then has been reported. */
  async run(steps: readonly Step[]): Promise<void> {
    try {
      for (const step of steps.toReversed()) if (step.kind === 'destroy') await this.#destroy(step)
      for (const step of steps) await this.#step(step)
      await this.#flush()
      await this.#destroyLeftOver(steps)
    } finally {
      // Also when the run breaks off: what is done is done.
      await this.#report.summary()
    }
    this.#judge()
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'destroy': return
      case 'update': return this.#update(step)
      case 'create':
        for (const entry of step.entries) {
          const subject = await this.#resolved(subjectOf(step, entry))
          if (subject !== null) await this.#create(subject)
        }
        return
      case 'upsert': case 'reconcile':
        for (const entry of step.entries) await this.#upsert(step, subjectOf(step, entry))
    }
  }

  async #destroy({ line, object, filter }: StepOf<'destroy'>): Promise<void> {
    const rows: JsonObject[] = []
    for await (const page of this.#remote.client.pages(object.wire, { filter })) rows.push(...page.rows)
    await this.#remove(object, rows, line)
  }

  async #upsert(step: StepOf<'upsert' | 'reconcile'>, given: Subject): Promise<void> {
    const subject = await this.#resolved(given)
    if (subject === null) return
    const { object, body, line } = subject
    const key = matchKey(body, step.matchOn)
    if (key === null) return this.#refuse('create', subject, `${step.matchOn.join(', ')} must have a value: it is matched on`)
    const inventory = await this.#inventory(object)
    const found = inventory.find(step.matchOn, key).filter(row => !this.#destroyed.has(idOf(row)))
    const [existing, another] = found
    if (another !== undefined) {
      return this.#refuse('update', subject, `${found.length} objects have this ${step.matchOn.join(', ')}; name more fields in matchOn`)
    }
    const claim = `${object.name} ${existing === undefined ? key : idOf(existing)}`
    const claimedIn = this.#claimed.get(claim)
    if (claimedIn !== undefined) return this.#refuse('update', subject, `line ${claimedIn} is about the same object`)
    this.#claimed.set(claim, line ?? 0)
    if (existing === undefined) return this.#create(subject)
    if (existing[TYPE_WORD] !== body[TYPE_WORD]) {
      return this.#refuse('update', subject, `it is a ${String(existing[TYPE_WORD])} there, and a variant cannot be changed`)
    }
    const id = idOf(existing)
    if (subject.ref !== null) this.#ids.set(subject.ref, id)
    await this.#change({ ...subject, id }, differences(this.#remote.model, object, existing, body))
  }

  async #update({ line, object, id: given, patch: unresolved }: StepOf<'update'>): Promise<void> {
    await this.#flush()
    const { model, client } = this.#remote
    const id = given.startsWith('#') ? this.#ids.get(given.slice(1)) : given
    const subject: Subject = { line, object, ref: given.startsWith('#') ? given.slice(1) : null, id: id ?? null, body: {} }
    const patch = resolvePatch(model, unresolved, this.#ids)
    if (id === undefined) {
      if (!this.#options.dryRun) return this.#refuse('update', subject, `there is no ${given}: it was not made`)
      return this.#change(subject, patchDifferences(model, {}, patch))
    }
    const { list: [existing] } = await client.get(object.wire, [id])
    if (existing === undefined) return this.#refused('update', subject, setError({ type: 'notFound' }))
    this.#claimed.set(`${object.name} ${id}`, line)
    await this.#change({ ...subject, body: existing }, patchDifferences(model, existing, patch))
  }

  async #change(subject: Subject, changes: readonly Difference[]): Promise<void> {
    this.#report.fixed(subject, changes.filter(({ fixed }) => fixed).map(({ pointer }) => pointer))
    const patch = patchOf(changes)
    if (Object.keys(patch).length === 0) {
      this.#report.tally.unchanged += 1
      return
    }
    const sent = changes.filter(({ fixed }) => !fixed)
    if (this.#options.dryRun || subject.id === null) return this.#report.changed('update', subject, sent)
    const outcomes = byId(this.#remote.client.update(subject.object.wire, new Map([[subject.id, patch]])))
    for await (const [, outcome] of this.#outcomes(new Map([[subject.id, subject]]), outcomes)) {
      if (outcome.kind === 'refused') await this.#refused('update', subject, outcome.error)
      else await this.#report.changed('update', subject, sent, outcome.result)
    }
  }

  async #create(subject: Subject): Promise<void> {
    const [before] = this.#pending.values()
    if (before !== undefined && before.object !== subject.object) await this.#flush()
    this.#pending.set(subject.ref ?? '', subject)
    const { objectsInSetMax } = await this.#remote.client.session()
    if (this.#pending.size >= objectsInSetMax) await this.#flush()
  }

  /** Makes what is pending. */
  async #flush(): Promise<void> {
    const subjects = new Map(this.#pending)
    this.#pending.clear()
    const [first] = subjects.values()
    if (first === undefined) return
    if (this.#options.dryRun) {
      for (const subject of subjects.values()) await this.#report.changed('create', subject, [])
      return
    }
    const bodies = new Map([...subjects].map(([ref, { body }]) => [ref, body]))
    const outcomes = this.#remote.client.createAll(first.object.wire, bodies)
    for await (const [subject, outcome] of this.#outcomes(subjects, outcomes)) {
      if (outcome.kind === 'refused') {
        await this.#report.refused('create', subject, outcome.error)
        continue
      }
      const { id, result: { id: _, ...shown } } = outcome
      this.#ids.set(subject.ref ?? '', id)
      this.#claimed.set(`${subject.object.name} ${id}`, subject.line ?? 0)
      await this.#report.changed('create', { ...subject, id }, [], shown)
    }
    this.#stopWhenRefused()
  }

  /** With ids for references; null when one of them was not made, which is reported. */
  async #resolved(subject: Subject): Promise<Subject | null> {
    const { model } = this.#remote
    const { object, body } = subject
    if (referencesIn(model, object.name, body).some(({ ref }) => this.#pending.has(ref))) await this.#flush()
    const resolved = resolveReferences(model, object.name, body, this.#ids)
    const [open] = this.#options.dryRun ? [] : referencesIn(model, object.name, resolved)
    if (open === undefined) return { ...subject, body: resolved }
    await this.#refuse('create', subject, `${open.path} refers to #${open.ref}, which was not made`)
    return null
  }

  async #destroyLeftOver(steps: readonly Step[]): Promise<void> {
    const objects = new Set(steps.toReversed().flatMap(step => step.kind === 'reconcile' ? [step.object] : []))
    for (const object of objects) {
      const { rows } = await this.#inventory(object)
      const left = rows.filter(row =>
        !this.#claimed.has(`${object.name} ${idOf(row)}`) && !this.#destroyed.has(idOf(row)))
      if (left.length === 0) continue
      const count = left.length === 1 ? `1 ${object.name} that is` : `${left.length} ${object.name} objects that are`
      if (this.#report.tally.refused.length > 0) {
        this.#to.terminal.note(`${count} not in the plan will stay, because a line was refused`)
        continue
      }
      this.#to.terminal.note(`${count} not in the plan ${this.#options.dryRun ? 'would be' : 'will be'} destroyed`)
      await this.#remove(object, left, null)
    }
  }

  async #remove(object: ObjectEntry, rows: readonly JsonObject[], line: number | null): Promise<void> {
    const { model, client } = this.#remote
    const subjects = new Map(removalOrder(model, object, rows).map(row =>
      [idOf(row), { line, object, ref: null, id: idOf(row), body: row }]))
    for (const id of subjects.keys()) this.#destroyed.add(id)
    if (this.#options.dryRun) {
      for (const subject of subjects.values()) await this.#report.changed('destroy', subject, [])
      return
    }
    const outcomes = byId(client.destroy(object.wire, [...subjects.keys()]))
    for await (const [subject, outcome] of this.#outcomes(subjects, outcomes)) {
      if (outcome.kind === 'done') await this.#report.changed('destroy', subject, [])
      else {
        this.#destroyed.delete(outcome.id)
        await this.#report.refused('destroy', subject, outcome.error)
      }
    }
    this.#stopWhenRefused()
  }

  async #inventory(object: ObjectEntry): Promise<Inventory> {
    let inventory = this.#inventories.get(object)
    if (inventory === undefined) {
      inventory = new Inventory(await readAll(this.#remote, object))
      this.#inventories.set(object, inventory)
    }
    return inventory
  }

  #outcomes(
    subjects: ReadonlyMap<string, Subject>, outcomes: AsyncIterable<readonly [string, SetOutcome]>,
  ): AsyncGenerator<[Subject, SetOutcome]> {
    return outcomesOf(subjects, outcomes, open => {
      const named = open.slice(0, NAMED_MAX).map(subject => this.#report.where(subject))
      const more = open.length > named.length ? ` and ${open.length - named.length} more` : ''
      this.#to.terminal.note(`not known whether it was taken: ${named.join('; ')}${more}; applying again will tell`)
    })
  }

  #refuse(action: 'create' | 'update', subject: Subject, description: string): Promise<void> {
    return this.#refused(action, subject, setError({ type: 'invalidProperties', description }))
  }

  async #refused(action: 'create' | 'update', subject: Subject, error: SetError): Promise<void> {
    await this.#flush()
    await this.#report.refused(action, subject, error)
    this.#stopWhenRefused()
  }

  #stopWhenRefused(): void {
    if (!this.#options.continueOnError) this.#judge()
  }

  #judge(): void {
    const { refused }: Tally = this.#report.tally
    const [first] = refused
    if (first === undefined) return
    const went = this.#options.continueOnError ? 'the rest was applied' : 'nothing after it was begun'
    throw new CommandFailure(refusalCode(refused), `${refused.length} refused; ${went}`,
      'mend it and apply again: what is done will be found', first.type)
  }
}

function subjectOf({ line, object }: Step, { ref, body }: Entry): Subject {
  return { line, object, ref, id: null, body }
}
