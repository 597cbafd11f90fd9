/**
 * The names in a plan, before anything is sent: each is given once, and before it is used, because objects are made in
 * the order of the lines.
 */
import type { Model } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { referencesIn, referencesInPatch } from './reference.ts'
import type { Step } from './step.ts'

export function checkNames(model: Model, steps: readonly Step[]): void {
  const madeIn = new Map<string, number>()
  for (const step of steps) {
    const { line, object } = step
    const use = (ref: string, where: string): void => {
      if (madeIn.has(ref)) return
      throw usage(`line ${line}: ${object.name} ${where} refers to #${ref}, which nothing before it makes`,
        'put the line that makes it first')
    }
    if (step.kind === 'destroy') continue
    if (step.kind === 'update') {
      if (step.id.startsWith('#')) use(step.id.slice(1), 'id')
      for (const { ref, path } of referencesInPatch(model, step.patch)) use(ref, path)
      continue
    }
    for (const { ref: own, body } of step.entries) {
      for (const { ref, path } of referencesIn(model, object.name, body)) use(ref, `${own}: ${path}`)
      const before = madeIn.get(own)
      if (before !== undefined) {
        throw usage(`line ${line}: ${own} is also the name of an object of line ${before}`, 'use each name once')
      }
      madeIn.set(own, line)
    }
  }
}
