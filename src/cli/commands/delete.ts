/** `rota delete <object> <ids…>`: a line for each, and an exit code that says whether all went. */
import type { Command } from 'commander'
import type { ExitCode } from '../failure.ts'
import { usage } from '../failure.ts'
import { findPlain } from '../input/names.ts'
import { readIds } from '../input/source.ts'
import type { Invocation, Perform } from '../remote.ts'
import { examples } from './examples.ts'
import { wantedIds } from './get.ts'
import { printOutcomes } from './outcomes.ts'

interface Options { readonly ids?: string; readonly stdin?: boolean }

export function addDelete(program: Command, perform: Perform): void {
  program.command('delete')
    .summary('delete objects')
    .description('Deletes objects by id.')
    .argument('<object>', 'name of the object')
    .argument('[ids...]', 'ids of the objects')
    .option('--ids <ids>', 'ids of the objects, separated by commas')
    .option('--stdin', 'reads ids from standard input, one a line, or the output of `rota query --json`')
    .addHelpText('after', examples(
      'rota delete cluster-role 03f1q2ddc0200',
      'rota query task --where type=index-document --json | rota delete task --stdin',
    ))
    .action((name: string, ids: string[], options: Options) => perform(to => remove(to, name, ids, options)))
}

async function remove(to: Invocation, name: string, given: readonly string[], options: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const object = findPlain(remote.model, name)
  if (object.kind === 'singleton') throw usage(`${object.name} cannot be deleted`)
  const listed = options.ids?.split(',').map(id => id.trim()).filter(Boolean) ?? []
  const read = options.stdin ? await readIds(to.terminal) : []
  const ids = [...new Set([...given, ...listed, ...read])]
  // An empty list on stdin is a query that found nothing, and that is fine.
  const outcomes = remote.client.destroy(object.wire, options.stdin ? ids : wantedIds(object, ids))
  return printOutcomes(to, remote, object, { done: 'Deleted', json: 'deleted' }, outcomes)
}
