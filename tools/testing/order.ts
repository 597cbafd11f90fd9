/** In which order files run, and which beside the others. Measured, each alone; a file that is missing here only takes longer. */

/** Those that take more than half a minute, the longest first: one that starts last keeps the others waiting. */
export const LONGEST: readonly string[] = [
  'test/scenario/interrupted-work.test.ts',
  'test/browser/every-page.test.ts',
  'test/simulation/simulation-known.test.ts',
  'test/simulation/simulation.test.ts',
  'test/scenario/upkeep-loss.test.ts',
  'test/scenario/killed-at-every-step.test.ts',
  'test/scenario/operate-pages.test.ts',
  'test/scenario/interrupted-store-maintenance.test.ts',
  'test/scenario/interrupted-account-maintenance.test.ts',
  'test/simulation/mutants.test.ts',
  'test/browser/cluster-pages.test.ts',
  'test/browser/tasks.test.ts',
  'test/browser/settings-pages.test.ts',
  'test/browser/login-and-forms.test.ts',
  'test/browser/accounts.test.ts',
  'test/browser/archived-items.test.ts',
  'test/browser/on-call.test.ts',
  'test/browser/dashboard.test.ts',
]

/** Those in which nodes wait for each other's leases, hours and hints while little is computed: one at a time runs beside the others. */
export const WAITING: readonly string[] = [
  'test/scenario/cluster-loss.test.ts',
  'test/scenario/cluster-load.test.ts',
  'test/scenario/cluster-metrics.test.ts',
  'test/scenario/dev.test.ts',
  'test/scenario/cluster-schedules.test.ts',
  'test/scenario/cluster.test.ts',
  'test/scenario/cli-cluster.test.ts',
  'test/scenario/process.test.ts',
  'test/scenario/drain.test.ts',
  'test/scenario/postgres-silence.test.ts',
]

export interface Order {
  /** Then the others, those of test/ first. */
  readonly computing: readonly string[]
  readonly waiting: readonly string[]
}

export function inOrder(files: readonly string[]): Order {
  const ranks = new Map(LONGEST.map((file, rank) => [file, rank]))
  const rank = (file: string): number => ranks.get(file) ?? (file.startsWith('test/') ? LONGEST.length : Infinity)
  const waits = new Set(WAITING)
  return {
    computing: files.filter(file => !waits.has(file)).toSorted((one, other) => rank(one) === rank(other) ? 0 : rank(one) - rank(other)),
    waiting: WAITING.filter(file => files.includes(file)),
  }
}
