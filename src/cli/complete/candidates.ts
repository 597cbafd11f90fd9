/**
 * What may stand where the cursor is: commands and options from the program itself, names and values from the schema.
 * What an argument or option takes is told by its name, so that a new command is completed without a line here.
 */
import type { Command, Option } from 'commander'
import type { Model, ObjectEntry, Verb } from '../../jmap-client/model.ts'
import { matchObject, matchVariant } from '../input/names.ts'
import type { Candidate } from './values.ts'
import { assignmentCandidates, conditionCandidates, fieldCandidates, listed, objectCandidates, shapeCandidates } from './values.ts'

/** `files`: the shell completes names of files itself. */
export type Completion = { readonly kind: 'files' } | { readonly kind: 'some'; readonly candidates: readonly Candidate[] }

/** What the words before the current one say. */
interface Situation {
  readonly model: Model | null
  readonly command: Command
  /** Words that are neither commands nor options. */
  readonly operands: readonly string[]
  readonly current: string
}

const NONE: Completion = { kind: 'some', candidates: [] }
/** Commands that are about one kind of objects without naming it. */
const OBJECTS: Readonly<Record<string, string>> = { task: 'Task', schedule: 'Schedule' }

/** What a command does with the object that it names. */
const VERBS: Readonly<Record<string, Verb>> = {
  get: 'Get', query: 'Query', create: 'Create', update: 'Update', delete: 'Destroy',
}

/** `words` without the name of the program; the last one is being typed. */
export function complete(program: Command, words: readonly string[], model: Model | null): Completion {
  const current = words.at(-1) ?? ''
  const read = readWords(program, words.slice(0, -1))
  const situation = { model, current, command: read.command, operands: read.operands }
  if (read.open !== null) return valueOf(situation, read.open, '', current)
  if (!read.optionsEnded) {
    const [, name = '', value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? []
    const option = value === undefined ? undefined : optionsOf(read.command).find(({ long }) => long === name)
    if (option && value !== undefined) return valueOf(situation, option, `${name}=`, value)
    if (current.startsWith('-')) return some(optionsOf(read.command).map(optionCandidate), current)
  }
  if (read.command.commands.length > 0) return some(subcommands(read.command), current)
  return argumentOf(situation)
}

interface Words {
  readonly command: Command
  readonly operands: readonly string[]
  /** The option whose value comes next. */
  readonly open: Option | null
  readonly optionsEnded: boolean
}

function readWords(program: Command, words: readonly string[]): Words {
  let command = program
  let open: Option | null = null
  let optionsEnded = false
  const operands: string[] = []
  for (const word of words) {
    if (open !== null) open = null
    else if (!optionsEnded && word === '--') optionsEnded = true
    else if (!optionsEnded && word.startsWith('-')) {
      open = optionsOf(command).find(option => (option.long === word || option.short === word) && option.required) ?? null
    } else {
      const inner = operands.length === 0 ? command.commands.find(each => each.name() === word) : undefined
      if (inner) command = inner
      else operands.push(word)
    }
  }
  return { command, operands, open, optionsEnded }
}

function argumentOf(situation: Situation): Completion {
  const { model, command, operands, current } = situation
  const { registeredArguments } = command
  const last = registeredArguments.at(-1)
  const argument = registeredArguments[operands.length] ?? (last?.variadic ? last : undefined)
  if (argument === undefined) return NONE
  if (argument.argChoices) return some(argument.argChoices.map(value => ({ value, about: '' })), current)
  if (model === null) return NONE
  switch (argument.name()) {
    case 'object': return some(objectCandidates(model, current, VERBS[command.name()] ?? null), current)
    case 'types': return some(objectCandidates(model, current, 'Update'), current)
    case 'name': return command.name() === 'describe' ? some(shapeCandidates(model, current), current) : NONE
    default: return NONE
  }
}

/** `before` is what stands in the same word in front of the value. */
function valueOf(situation: Situation, option: Option, before: string, value: string): Completion {
  const found = candidatesOf(situation, option, value)
  if (found === 'files') return { kind: 'files' }
  return some(found.map(({ value: text, about }) => ({ value: before + text, about })), before + value)
}

function candidatesOf(situation: Situation, option: Option, value: string): readonly Candidate[] | 'files' {
  const { model, command } = situation
  if (option.argChoices) return option.argChoices.map(choice => ({ value: choice, about: '' }))
  const name = option.attributeName()
  if (name === 'file' || name === 'out') return 'files'
  if (model === null) return []
  if (name === 'allowUnresolved') return listed(value, last => objectCandidates(model, last, null))
  const about = aboutOf(situation, model)
  if (about === null) return []
  const { object, variants } = about
  switch (name) {
    case 'field': return assignmentCandidates(model, variants, value, command.name() === 'create')
    case 'where': return conditionCandidates(model, object, value)
    case 'fields': return listed(value, () => fieldCandidates(variants))
    case 'sort': return fieldCandidates(variants).map(each => ({ ...each, value: value.startsWith('-') ? `-${each.value}` : each.value }))
    default: return []
  }
}

interface About { readonly object: ObjectEntry; readonly variants: ReturnType<Model['variants']> }

/** The object that the command is about, and its variant if one is named. */
function aboutOf({ command, operands }: Situation, model: Model): About | null {
  const [name = '', variantName] = (OBJECTS[command.parent?.name() ?? ''] ?? operands[0] ?? '').split('/')
  const object = matchObject(model, name)
  if (object === null) return null
  const variant = variantName === undefined ? null : matchVariant(model, object.name, variantName)
  return { object, variants: variant === null ? model.variants(object.name) : [variant] }
}

/** Of the command and of those that it belongs to. */
function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command)
  return command.parent ? [...own, ...optionsOf(command.parent).filter(({ long }) => !own.some(each => each.long === long))] : own
}

function optionCandidate({ long, short, description }: Option): Candidate {
  return { value: long ?? short ?? '', about: description }
}

function subcommands(command: Command): Candidate[] {
  return command.createHelp().visibleCommands(command).map(each => ({ value: each.name(), about: each.summary() || each.description() }))
}

function some(candidates: readonly Candidate[], current: string): Completion {
  return { kind: 'some', candidates: candidates.filter(({ value }) => value.startsWith(current)) }
}
