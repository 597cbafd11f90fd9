/** `rota cluster audit`: what is wrong with the cluster; the exit code tells a script whether work suffers. */
import type { Command } from 'commander'
import { adviceLine, ALL_WELL, findingLine, readFindings } from '../cluster/finding.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT } from '../failure.ts'
import type { Invocation, Perform } from '../remote.ts'

const MORE = `
Exit codes: 0 nothing is an error, 1 there is at least one error: work waits until somebody does something.`

export function addClusterAudit(cluster: Command, perform: Perform): void {
  cluster.command('audit')
    .summary('what is wrong, and what to do')
    .description('Shows what is wrong with the cluster and what to do about it: lanes and shards that nobody works, unknown '
      + 'roles, clocks that are off, nodes that differ.')
    .addHelpText('after', MORE)
    .action(() => perform(audit))
}

async function audit(to: Invocation): Promise<ExitCode> {
  const findings = await readFindings(await to.connect())
  for (const finding of findings) {
    await to.terminal.print(to.json ? JSON.stringify(finding.row) : `${findingLine(to.terminal, finding)}\n${adviceLine(finding)}`)
  }
  if (findings.length === 0 && !to.json) await to.terminal.print(ALL_WELL)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (errors === 0) return EXIT.ok
  // People have read them; programs find an error on standard error whenever the exit code is not 0.
  if (to.json) throw new CommandFailure(EXIT.refused, `${errors} of ${findings.length} findings are errors`, null, 'audit')
  return EXIT.refused
}
