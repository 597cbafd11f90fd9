/**
 * The commands and options of `rota` as commander knows them; its help text is the reference of the command
 * line.
 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { formatDuration } from '../base/duration.ts'
import { TIMEOUT_DEFAULT_MS } from '../jmap-client/transport.ts'
import { addApply } from './commands/apply.ts'
import { addCluster } from './commands/cluster.ts'
import { addCompletion } from './commands/completion.ts'
import { addCreate } from './commands/create.ts'
import { addDelete } from './commands/delete.ts'
import { addDescribe } from './commands/describe.ts'
import { addGet } from './commands/get.ts'
import { addImport } from './commands/import.ts'
import { addQuery } from './commands/query.ts'
import { addSnapshot } from './commands/snapshot.ts'
import { addSchedule } from './commands/schedule.ts'
import { addTask } from './commands/task.ts'
import { addUpdate } from './commands/update.ts'
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

export function buildProgram(perform: Perform): Command {
  const program = new Command('rota')
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
  program.commandsGroup('Node:')
  program.command('serve')
    .summary('run a node')
    .description('Runs a node until SIGTERM or Ctrl-C. It is configured by environment variables alone.')
    .action(() => perform(() => { throw usage('serve comes first and takes no options', 'run `rota serve`') }))
  program.commandsGroup('Objects:')
  addDescribe(program, perform)
  addQuery(program, perform)
  addGet(program, perform)
  addCreate(program, perform)
  addUpdate(program, perform)
  addDelete(program, perform)
  program.commandsGroup('Objects as a file:')
  addSnapshot(program, perform)
  addApply(program, perform)
  addImport(program, perform)
  program.commandsGroup('Work:')
  addTask(program, perform)
  addSchedule(program, perform)
  program.commandsGroup('Cluster:')
  addCluster(program, perform)
  program.commandsGroup('Shell:')
  addCompletion(program, perform)
  program.helpCommand('help [command]', 'print the help of a command')
  return program
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
