/**
 * A share of the processor for some processes, as if they were on a smaller machine of their own: by the control groups of
 * Linux, which only root may make. Both versions of them are in use.
 */
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Short, so that a process that has used its share waits for some milliseconds and not for a tenth of a second. */
const PERIOD_MICROS = 10_000
const ROOTS = { 1: '/sys/fs/cgroup/cpu', 2: '/sys/fs/cgroup' } as const

export interface CpuLimit { lift(): Promise<void> }

/** Each of the processes gets so many cores at most, 0.5 for half of one. Null: this machine does not let us. */
export async function limitCpu(pids: readonly number[], cores: number): Promise<CpuLimit | null> {
  const lifts: CpuLimit[] = []
  for (const pid of pids) {
    const lift = await limitOne(pid, cores)
    if (lift === null) {
      for (const made of lifts) await made.lift()
      return null
    }
    lifts.push(lift)
  }
  return { async lift() { for (const made of lifts) await made.lift() } }
}

async function limitOne(pid: number, cores: number): Promise<CpuLimit | null> {
  const quota = Math.round(PERIOD_MICROS * cores)
  const { version, parent } = await groupOf(pid)
  const group = join(parent, `rota-bench-${pid}`)
  const settings = version === 1
    ? [['cpu.cfs_period_us', `${PERIOD_MICROS}`], ['cpu.cfs_quota_us', `${quota}`]] as const
    : [['cpu.max', `${quota} ${PERIOD_MICROS}`]] as const
  const lift = async (): Promise<void> => {
    // A process that has ended is in no group any more.
    await writeFile(join(parent, 'cgroup.procs'), `${pid}`).catch(() => undefined)
    await rmdir(group).catch(() => undefined)
  }
  try {
    await mkdir(group)
    for (const [name, value] of settings) await writeFile(join(group, name), value)
    await writeFile(join(group, 'cgroup.procs'), `${pid}`)
    return { lift }
  } catch {
    await lift()
    return null
  }
}

/** Where the process is now: a line of /proc/<pid>/cgroup is `number:controllers:path`; version 2 has the number 0. */
async function groupOf(pid: number): Promise<{ version: 1 | 2; parent: string }> {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().split('\n').map(line => line.split(':'))
  const first = lines.find(([, controllers = '']) => controllers.split(',').includes('cpu'))
  if (first !== undefined) return { version: 1, parent: join(ROOTS[1], first.slice(2).join(':')) }
  const second = lines.find(([number]) => number === '0')
  return { version: 2, parent: join(ROOTS[2], second?.slice(2).join(':') ?? '/') }
}
