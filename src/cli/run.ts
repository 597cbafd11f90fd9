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
  let exitCode: ExitCode = EXIT.ok
  const program = buildProgram(async action => { exitCode = await perform(action, terminal, program.opts()) })
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.configureOutput({
      writeOut: text => { around.stdout.write(text) },
      writeErr: text => { around.stderr.write(text) },
    })
  }
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return exitCode
}

async function perform(action: Action, terminal: Terminal, options: GlobalOptions): Promise<ExitCode> {
  let remark: string | null = null
  const connect = async (): Promise<Remote> => {
    const connection = await findConnection(options, terminal)
    remark = connection.remark
    const client = new JmapClient({ ...connection, clock: terminal.clock, signal: terminal.signal })
    const [schema] = await Promise.all([client.schema(), client.session()])
    return { client, model: new Model(schema) }
  }
  const json = options.json === true
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
  report(terminal, json, found)
  return found.exitCode
}

function report(terminal: Terminal, json: boolean, { exitCode, message, hint }: Explanation): void {
  if (json) terminal.note(JSON.stringify({ error: { exitCode, message, ...(hint === null ? {} : { hint }) } }))
  else terminal.note(printable(hint === null ? `error: ${message}` : `error: ${message} (${hint})`))
}
