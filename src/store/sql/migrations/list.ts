/** All migrations in order. Adding one: a new file, and its line here. */
import { queue } from './0001-queue.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [queue]
