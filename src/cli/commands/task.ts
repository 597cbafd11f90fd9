/** `rota task …`: what is done to tasks as tasks, by id or by condition. */
import type { Command } from 'commander'
import type { Perform } from '../remote.ts'
import { addTaskCancel } from './task-cancel.ts'
import { addTaskHistory } from './task-history.ts'
import { addTaskReschedule } from './task-reschedule.ts'
import { addTaskRetry } from './task-retry.ts'
import { addTaskWatch } from './task-watch.ts'

export function addTask(program: Command, perform: Perform): void {
  const task = program.command('task')
    .summary('retry, cancel, move, watch tasks, show their history')
    .description('Works on tasks by id or by condition.')
  addTaskRetry(task, perform)
  addTaskCancel(task, perform)
  addTaskReschedule(task, perform)
  addTaskWatch(task, perform)
  addTaskHistory(task, perform)
}
