/** `rota create <object>[/<variant>]`: one new object; prints its id and what the server shows only once. */
import type { Command } from 'commander'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT, usage } from '../failure.ts'
import { createBody } from '../input/body.ts'
import { findTarget } from '../input/names.ts'
import type { BodyOptions } from '../input/source.ts'
import { readBody } from '../input/source.ts'
import { cellText } from '../output/cell.ts'
import { NO_LABELS } from '../output/labels.ts'
import { refusalCode, refusalText } from '../refusal.ts'
import type { Invocation, Perform } from '../remote.ts'
import { collect } from './collect.ts'
import { examples } from './examples.ts'

interface Options extends BodyOptions { readonly field?: readonly string[] }

export function addCreate(program: Command, perform: Perform): void {
  program.command('create')
    .summary('create an object')
    .description('Creates an object. Fields left out take their defaults.')
    .argument('<object>', 'name of the object, with its variant if it has any, as in task/index-document')
    .option('--field <name=value>', 'sets a field; may be given several times', collect)
    .option('--file <path>', 'a JSON object with the fields')
    .option('--stdin', 'reads that JSON object from standard input')
    .addHelpText('after', examples(
      'rota create domain --field name=example.org',
      'rota create account/user --field name=alice --field domainId=03f1q2c520200',
      'rota create cluster-role --field name=edge --field tasks=disable-all --field listeners=EnableAll',
    ))
    .action((name: string, options: Options) => perform(to => create(to, name, options)))
}

export async function create(to: Invocation, name: string, options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const { model } = remote
  const { object, variant } = findTarget(model, name)
  if (object.kind === 'singleton') throw usage(`${object.name} always exists`, `use \`rota update ${object.name}\``)
  const body = await readBody(to.terminal, options)
  const nowMs = to.terminal.clock.now()
  const created = createBody({ model, object, fields: options.field ?? [], body, nowMs }, variant)
  const outcome = await remote.client.create(object.wire, created)
  if (outcome.kind === 'refused') {
    const reason = refusalText(model, object, outcome.error)
    const code = refusalCode([outcome.error])
    throw new CommandFailure(code, `${object.name} not created: ${reason}`, null, outcome.error.type)
  }
  if (to.json) {
    await to.terminal.print(JSON.stringify(outcome.result))
    return EXIT.ok
  }
  await to.terminal.print(`Created ${object.name} ${outcome.id}`)
  const style = { brief: false, nowMs, labels: NO_LABELS }
  for (const [key, value] of Object.entries(outcome.result)) {
    if (key !== 'id') await to.terminal.print(`${key}: ${cellText(value, null, style)}`)
  }
  return EXIT.ok
}
