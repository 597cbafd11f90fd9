/** `rota import roles`: the role lists of an older TOML file as ClusterRoles, and what to start each node with. */
import type { Command } from 'commander'
import { parseRolesFile, ROLES_FILE_BYTES_MAX, RolesFileError } from '../../legacy/roles-file.ts'
import type { RolesFile } from '../../legacy/roles-file.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { readText } from '../input/source.ts'
import { tableText } from '../output/table.ts'
import { Application } from '../plan/application.ts'
import { parsePlan } from '../plan/step.ts'
import type { Invocation, Perform } from '../remote.ts'
import { convertRoles } from '../roles/conversion.ts'
import type { Conversion, NewRole, NodeChoice } from '../roles/conversion.ts'

interface Options { readonly dryRun?: boolean }

const MORE = `
The file stays as it is, and is read here, not on a server. Roles that are so already are left alone, so it may
be run again. Which listeners a role opens is not in the file: a new role opens all, one that is there keeps its own.

Examples:
  rota import roles /etc/mail/config.toml --dry-run
  rota import roles /etc/mail/config.toml

Exit codes: 0 all roles are there, 1 one was refused, 2 the file is wrong and nothing was sent.`

export function addImportRoles(command: Command, perform: Perform): void {
  command.command('roles')
    .summary('make roles of the lists in an older TOML file')
    .description('Makes a ClusterRole for each set of duties that the lists of [cluster.roles] give, and says with which '
      + 'environment to start each node, and what of the lists has no equal.')
    .argument('<file>', 'the older TOML file')
    .option('--dry-run', 'only show what would change')
    .addHelpText('after', MORE)
    .action((file: string, { dryRun = false }: Options) => perform(to => importRoles(to, file, dryRun)))
}

async function importRoles(to: Invocation, path: string, dryRun: boolean): Promise<ExitCode> {
  const conversion = convertRoles(parsed(await readText(path, ROLES_FILE_BYTES_MAX), path))
  const remote = await to.connect()
  const plan = conversion.roles.map(role => JSON.stringify(upsertOf(role))).join('\n')
  await new Application(to, remote, { dryRun, continueOnError: false }).run(parsePlan(remote.model, plan))
  await (to.json ? printLines(to, conversion) : printReport(to, conversion))
  return EXIT.ok
}

function parsed(text: string, path: string): RolesFile {
  try {
    return parseRolesFile(text)
  } catch (error) {
    if (!(error instanceof RolesFileError)) throw error
    throw usage(error.problems.map(problem => `${path}: ${problem}`).join('\n'), 'mend it and run this again: nothing was sent')
  }
}

function upsertOf({ name, taskTypes }: NewRole): object {
  const value = { name, tasks: { '@type': 'EnableSome', taskTypes } }
  return { '@type': 'upsert', object: 'ClusterRole', matchOn: ['name'], value: { [name]: value } }
}

/** The variables of a node; an empty one must not be set. */
function environmentOf({ role, pushShard }: NodeChoice, pushShards: number | null): Record<string, string> {
  return {
    ...(role === null ? {} : { STALWART_ROLE: role }),
    ...(pushShard === null ? {} : { STALWART_PUSH_SHARD: String(pushShard), ROTA_PUSH_SHARDS: String(pushShards) }),
  }
}

async function printLines({ terminal }: Invocation, { nodes, pushShards, remarks }: Conversion): Promise<void> {
  for (const choice of nodes) await terminal.print(JSON.stringify({ node: choice.node, environment: environmentOf(choice, pushShards) }))
  for (const remark of remarks) await terminal.print(JSON.stringify({ remark }))
}

async function printReport({ terminal }: Invocation, { nodes, pushShards, remarks }: Conversion): Promise<void> {
  const rows = nodes.map(choice => {
    const variables = Object.entries(environmentOf(choice, pushShards)).map(([name, value]) => `${name}=${value}`)
    return [choice.node === null ? 'others' : String(choice.node), variables.join(' ') || 'nothing: it does everything']
  })
  await terminal.print(`\n${tableText(terminal, ['node', 'start it with'], rows)}\n`)
  for (const remark of remarks) await terminal.print(`- ${remark}`)
}
