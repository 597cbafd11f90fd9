/** `rota task …`: what is done to tasks as tasks, by id or by condition. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { addTaskCancel } from './task-cancel.ts'
import { addTaskFailures } from './task-failures.ts'
import { addTaskHistory } from './task-history.ts'
import { addTaskPark } from './task-park.ts'
import { addTaskReschedule } from './task-reschedule.ts'
import { addTaskRetry } from './task-retry.ts'
import { addTaskWatch } from './task-watch.ts'

export function addTask(program: Command, perform: Perform): void {
  const task = program.command('task')
    .summary('retry, cancel, park, move, watch tasks, show failures and history')
    .description('Works on tasks by id or by condition.')
  addTaskRetry(task, perform)
  addTaskCancel(task, perform)
  addTaskPark(task, perform)
  addTaskReschedule(task, perform)
  addTaskWatch(task, perform)
  addTaskFailures(task, perform)
  addTaskHistory(task, perform)
}
