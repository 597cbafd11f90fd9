/** `rota apply`: carries out a plan, so that the server is as the plan says. */
import type { Command } from 'commander'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { readInput, readText } from '../input/source.ts'
import { Application } from '../plan/application.ts'
import { checkNames } from '../plan/names.ts'
import { parsePlan } from '../plan/step.ts'
import type { Invocation, Perform } from '../remote.ts'

interface Options {
  readonly file?: string
  readonly stdin?: boolean
  readonly dryRun?: boolean
  readonly continueOnError?: boolean
}

const PLAN_BYTES_MAX = 256_000_000

const MORE = `
A plan is one JSON object a line, as \`rota snapshot\` writes them:
  {"@type":"upsert","object":"Domain","matchOn":["name"],"value":{"d1":{"name":"example.org"}}}
      changes the object that has these values, or makes it
  {"@type":"reconcile","object":"Domain","matchOn":["name"],"value":{"d1":{"name":"example.org"}}}
      the same, and destroys all others of its kind at the end
  {"@type":"create","object":"Account","value":{"a1":{"@type":"User","name":"alice","domainId":"#d1"}}}
  {"@type":"update","object":"TaskManager","value":{"maxAttempts":5}}       others: with "id"
  {"@type":"destroy","object":"ClusterRole","value":{"name":"old"}}         value: a filter
#d1 stands for the id of the object that is called d1 in an earlier line. Lines that destroy come first, in
reverse order; the others in theirs. The whole plan is checked against the schema before anything is sent.

Examples:
  rota apply --file cluster.ndjson --dry-run
  rota apply --file cluster.ndjson
  rota snapshot cluster-role network-listener | rota --url http://other:8080 apply --stdin

Exit codes: 0 all is as the plan says, 1 something was refused, 2 the plan is wrong and nothing was sent.`

export function addApply(program: Command, perform: Perform): void {
  program.command('apply')
    .summary('carry out a plan')
    .description('Makes the server as a plan says. What is so already is left alone, so a plan may be applied again.')
    .option('--file <path>', 'the plan')
    .option('--stdin', 'reads the plan from standard input')
    .option('--dry-run', 'only show what would change')
    .option('--continue-on-error', 'go on after a refusal with what does not depend on it')
    .addHelpText('after', MORE)
    .action((options: Options) => perform(to => apply(to, options)))
}

async function apply(to: Invocation, options: Options): Promise<ExitCode> {
  const { file, stdin = false, dryRun = false, continueOnError = false } = options
  if ((file !== undefined) === stdin) throw usage('which plan?', 'give either --file or --stdin')
  const text = file === undefined ? await readInput(to.terminal, PLAN_BYTES_MAX) : await readText(file, PLAN_BYTES_MAX)
  const remote = await to.connect()
  const steps = parsePlan(remote.model, text)
  checkNames(remote.model, steps)
  await new Application(to, remote, { dryRun, continueOnError }).run(steps)
  return EXIT.ok
}
