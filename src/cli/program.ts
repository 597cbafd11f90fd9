/**
 * The commands and options of `rota` as commander knows them; its help text is the reference of the command
 * line.
 */
import { readFileSync } from 'node:fs'
import { Command, type OutputConfiguration } from 'commander'
import { formatDuration } from '../base/duration.ts'
import { TIMEOUT_DEFAULT_MS } from '../jmap-client/transport.ts'
import type { ConnectionOptions } from './connection.ts'
import { usage } from './failure.ts'
import type { Perform } from './remote.ts'

export interface GlobalOptions extends ConnectionOptions { readonly json?: boolean }

const HELP_WIDTH = 100

const AFTER_HELP = `
Names: any case, singular or plural, TaskManager as task-manager; variants after a slash, as in
task/index-document.
Values: numbers, true, false, null, dates (2026-12-01T00:00:00Z, now, +10m), durations (90s, 6h, 1h30m),
words for enums and variants, a,b for sets, JSON for the rest. A field may be a pointer: status/due,
bind/[::]:25.

With --json each object is one line of JSON on standard output, and standard error is JSON too: remarks
are {"note":…}, and whenever the exit code is not 0 the last line is {"error":{type,exitCode,message,hint}}.
Tables are for people and may change.

Exit codes: 0 done, 1 refused (wholly or in part), 2 wrong command line, 3 no connection, 4 not logged in,
5 not found (every failure was an unknown id).

Environment: ROTA_URL, ROTA_USER, ROTA_PASSWORD, ROTA_TOKEN stand for the options. On the machine of a node
the login is found by itself, in node.json in its data folder (ROTA_DATA_DIR, default ./data). NO_COLOR
turns colours off.

Examples:
  rota create domain --field name=example.org
  rota query task --where status=Failed --where 'due<2026-12-01T00:00:00Z'
  rota update task-manager --field maxAttempts=5 --field strategy=FixedDelay --field strategy/delay=5m
  rota task retry --where status=Failed --dry-run
  rota query task --where type=index-document --json | rota delete task --stdin`

type Declare = (program: Command, perform: Perform) => void

/** In the order of the help. A command's module is loaded when it is called, and all are where all are to be seen. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, () => Promise<Declare>>>>> = {
  'Node:': {
    serve: () => Promise.resolve(addServe),
  },
  'Objects:': {
    describe: async () => (await import('./commands/describe.ts')).addDescribe,
    query: async () => (await import('./commands/query.ts')).addQuery,
    get: async () => (await import('./commands/get.ts')).addGet,
    create: async () => (await import('./commands/create.ts')).addCreate,
    update: async () => (await import('./commands/update.ts')).addUpdate,
    delete: async () => (await import('./commands/delete.ts')).addDelete,
  },
  'Objects as a file:': {
    snapshot: async () => (await import('./commands/snapshot.ts')).addSnapshot,
    apply: async () => (await import('./commands/apply.ts')).addApply,
    import: async () => (await import('./commands/import.ts')).addImport,
  },
  'Work:': {
    task: async () => (await import('./commands/task.ts')).addTask,
    schedule: async () => (await import('./commands/schedule.ts')).addSchedule,
  },
  'Cluster:': {
    cluster: async () => (await import('./commands/cluster.ts')).addCluster,
  },
  'Shell:': {
    completion: async () => (await import('./commands/completion.ts')).addCompletion,
  },
}

/** `words` as typed: a program that has the command which they call, or every command where they call none that there is. */
export async function buildProgram(perform: Perform, words: readonly string[] = [], output: OutputConfiguration = {}): Promise<Command> {
  const program = globalOptions().configureOutput(output)
  const called = program.parseOptions([...words]).operands[0] ?? ''
  const isThere = Object.values(GROUPS).some(commands => Object.hasOwn(commands, called))
  for (const [heading, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(heading)
    for (const [name, load] of Object.entries(commands)) if (!isThere || name === called) (await load())(program, perform)
  }
  return program.helpCommand('help [command]', 'print the help of a command')
}

function globalOptions(): Command {
  return new Command('rota')
    .description('Runs a node, and manages nodes through their management API.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--url <url>', 'address of the management API')
    .option('--user <name>', 'login name')
    .option('--password <password>', 'its password (others can see it here; ROTA_PASSWORD or the prompt is better)')
    .option('--token <token>', 'API key or access token instead of a login name')
    .option('--json', 'one JSON object a line, for programs')
    .option('--timeout <duration>', 'how long a request may take', formatDuration(TIMEOUT_DEFAULT_MS))
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', AFTER_HELP)
    .showHelpAfterError('(`rota --help` lists commands and options)')
    .configureHelp({ helpWidth: HELP_WIDTH })
    .exitOverride()
}

function addServe(program: Command, perform: Perform): void {
  program.command('serve')
    .summary('run a node')
    .description('Runs a node until SIGTERM or Ctrl-C. It is configured by environment variables alone.')
    .action(() => perform(() => { throw usage('serve comes first and takes no options', 'run `rota serve`') }))
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
