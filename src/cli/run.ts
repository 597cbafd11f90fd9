/**
 * One run of the command line: parse, connect when the command asks for it, and turn every error into its
 * exit code.
 */
import { CommanderError } from 'commander'
import { JmapClient } from '../jmap-client/client.ts'
import { RequestAborted } from '../jmap-client/errors.ts'
import { Model } from '../jmap-client/model.ts'
import { findConnection } from './connection.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'
import type { ExitCode } from './failure.ts'
import { EXIT } from './failure.ts'
import { printable } from './output/cell.ts'
import type { GlobalOptions } from './program.ts'
import { buildProgram } from './program.ts'
import type { Action, Remote } from './remote.ts'
import type { Surroundings } from './terminal.ts'
import { Terminal } from './terminal.ts'

/** `argv` as in process.argv, with two words before the command. */
export async function run(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const terminal = new Terminal(around)
  // Errors of the command line itself come before its options are read.
  terminal.json = argv.includes('--json')
  let exitCode: ExitCode = EXIT.ok
  try {
    const program = await buildProgram(async action => { exitCode = await perform(action, terminal, program.opts()) }, argv.slice(2), {
      writeOut: text => { around.stdout.write(text) },
      writeErr: text => { if (!terminal.json) around.stderr.write(text) },
    })
    await program.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.ok
    if (terminal.json) report(terminal, misspelt(error))
    return EXIT.usage
  }
  return exitCode
}

/** What commander says of a wrong command line: `error: unknown option '--jsn'\n(Did you mean --json?)`. */
function misspelt({ code, message }: CommanderError): Explanation {
  const [what = '', meant] = message.replace(/^error: /, '').split('\n')
  const hint = meant?.replace(/^\((.*)\)$/, '$1') ?? '`rota --help` lists commands and options'
  return { type: 'usage', exitCode: EXIT.usage, message: code === 'commander.help' ? 'which command?' : what, hint }
}

async function perform(action: Action, terminal: Terminal, options: GlobalOptions): Promise<ExitCode> {
  let remark: string | null = null
  const connect = async (): Promise<Remote> => {
    const connection = await findConnection(options, terminal.env, terminal)
    remark = connection.remark
    const client = new JmapClient({ ...connection, clock: terminal.clock, signal: terminal.signal })
    const [schema] = await Promise.all([client.schema(), client.session()])
    return { client, model: new Model(schema), node: connection.node }
  }
  const json = options.json === true
  terminal.json = json
  let exitCode: ExitCode = EXIT.ok
  let failure: Error | null = null
  try {
    exitCode = await action({ terminal, json, connect })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // The reader of the output went away, or Ctrl-C ended a watch: neither is an error.
    if (!(error instanceof RequestAborted)) failure = error
  }
  failure = await terminal.outputFailure() ?? failure
  if (failure === null) return exitCode
  const found = explain(failure, remark)
  if (found === null) throw failure
  report(terminal, found)
  return found.exitCode
}

function report(terminal: Terminal, { type, exitCode, message, hint }: Explanation): void {
  terminal.complain(terminal.json
    ? JSON.stringify({ error: { type, exitCode, message, ...(hint === null ? {} : { hint }) } })
    : printable(hint === null ? `error: ${message}` : `error: ${message} (${hint})`))
}
