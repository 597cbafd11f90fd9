/** All migrations in order. Adding one: a new file, and its line here. */
import { queue } from './0001-queue.ts'
import { registry } from './0002-registry.ts'
import { domain } from './0003-domain.ts'
import { audit } from './0004-audit.ts'
import { usage } from './0005-usage.ts'
import { taskLists } from './0006-task-lists.ts'
import { schedules } from './0007-schedules.ts'
import { sharding } from './0008-sharding.ts'
import { drainRequest } from './0009-drain-request.ts'
import { taskParents } from './0010-task-parents.ts'
import { leaseDeaths } from './0011-lease-deaths.ts'
import { usageCorrections } from './0012-usage-corrections.ts'
import { drainOfSleepers } from './0013-drain-of-sleepers.ts'
import { blobClaims } from './0014-blob-claims.ts'
import { telemetry } from './0015-telemetry.ts'
import { taskFailures } from './0016-task-failures.ts'
import { runNotes } from './0017-run-notes.ts'
import { runLists } from './0018-run-lists.ts'
import { runOrder } from './0019-run-order.ts'
import { runHours } from './0020-run-hours.ts'
import { runSlots } from './0021-run-slots.ts'
import { searchDigests } from './0022-search-digests.ts'
import { claimsByHolder } from './0023-claims-by-holder.ts'
import { archiveExpiry } from './0024-archive-expiry.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [
  queue, registry, domain, audit, usage, taskLists, schedules, sharding, drainRequest, taskParents, leaseDeaths,
  usageCorrections, drainOfSleepers, blobClaims, telemetry, taskFailures, runNotes, runLists, runOrder, runHours,
  runSlots, searchDigests, claimsByHolder, archiveExpiry,
]
