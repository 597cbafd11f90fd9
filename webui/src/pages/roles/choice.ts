/**
 * The four variants of a group (`tasks`, `listeners` of a role) as a choice and a set of what runs. People tick what a node
 * does; whether the set that is stored names those or the others follows from the variant.
 */
import type { JsonObject } from '../../../../src/base/json.ts'
import { membersOf } from '../../api/cluster.ts'

export const CHOICES = ['EnableAll', 'DisableAll', 'EnableSome', 'DisableSome'] as const
export type Choice = (typeof CHOICES)[number]
/** The property that names the members: `taskTypes` or `listenerIds`. */
export type MemberProperty = 'taskTypes' | 'listenerIds'

export function choiceOf(group: JsonObject): Choice {
  return CHOICES.find(choice => choice === group['@type']) ?? 'EnableAll'
}

/** Whether a member runs under this group. */
export function includes(group: JsonObject, property: MemberProperty, member: string): boolean {
  const choice = choiceOf(group)
  if (choice === 'EnableAll' || choice === 'DisableAll') return choice === 'EnableAll'
  return membersOf(group[property]).includes(member) === (choice === 'EnableSome')
}

/** Another choice; what ran so far stays ticked where the choice has ticks. `all`: every member that there is. */
export function withChoice(group: JsonObject, property: MemberProperty, choice: Choice, all: readonly string[]): JsonObject {
  if (choice === 'EnableAll' || choice === 'DisableAll') return { '@type': choice }
  const named = all.filter(member => includes(group, property, member) === (choice === 'EnableSome'))
  return { '@type': choice, [property]: setOf(named) }
}

/** The member ticked or not; only where the choice has ticks. */
export function withMember(group: JsonObject, property: MemberProperty, member: string, runs: boolean): JsonObject {
  const isNamed = runs === (choiceOf(group) === 'EnableSome')
  const others = membersOf(group[property]).filter(other => other !== member)
  return { ...group, [property]: setOf(isNamed ? [...others, member] : others) }
}

/** How many of these run. */
export function countOf(group: JsonObject, property: MemberProperty, all: readonly string[]): number {
  return all.filter(member => includes(group, property, member)).length
}

function setOf(members: readonly string[]): JsonObject {
  return Object.fromEntries(members.map(member => [member, true]))
}
