/** Run now, pause for a while or for good, go on. */
import { useNavigate } from '@tanstack/react-router'
import { CirclePause, Play } from 'lucide-react'
import { browserClock } from '../../api/browser.ts'
import { useMay } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useSave } from '../../api/hooks.ts'
import { Button } from '../../parts/button.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Menu } from '../../parts/menu.tsx'
import { useNow } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useTexts } from '../../texts/language.ts'
import { PAUSED_FOR_GOOD, pausedFor, pauseOf, taskOf } from './schedule.ts'
import css from './schedules.module.css'
import { useScheduleTexts } from './texts.ts'

const HOURS = [1, 8] as const
const DAYS = [1, 7] as const

export function ScheduleActions({ row }: { readonly row: Row }) {
  const t = useScheduleTexts()
  const common = useTexts()
  const may = useMay()
  const navigate = useNavigate()
  const save = useSave('Schedule')
  const run = useSave('Task')
  const name = String(row['name'])
  const now = useNow()
  const pause = (pausedUntil: string | null) => {
    const before = row['pausedUntil'] ?? null
    save.mutate({ id: row.id, patch: { pausedUntil } }, {
      onSuccess: () => {
        toast({
          title: pausedUntil === null ? t.resumedDone(name) : t.pausedDone(name), text: pausedUntil === null ? '' : t.slotsPassed,
          action: { label: common.action.undo, run: () => { save.mutate({ id: row.id, patch: { pausedUntil: before } }) } },
        })
      },
    })
  }
  const start = () => {
    run.mutate({ create: taskOf(row) }, {
      onSuccess: ({ id }) => {
        toast({ title: t.runNowDone(name), text: t.runNowText, action: { label: t.openTask, run: () => { void navigate({ to: `/manage/tasks/${encodeURIComponent(id)}` }) } } })
      },
    })
  }
  const error = save.error ?? run.error
  return (
    <span className={css['actions']}>
      {may('Task', 'Create') ? <Button icon={<Play aria-hidden="true" />} busy={run.isPending} aria-label={`${t.runNow}: ${name}`} onClick={start}>{t.runNow}</Button> : null}
      {!may('Schedule', 'Update') ? null : pauseOf(row, now).kind === 'runs' ? (
        <Menu
          trigger={<Button icon={<CirclePause aria-hidden="true" />} aria-label={`${t.pause}: ${name}`}>{t.pause}</Button>}
          actions={[
            ...HOURS.map(hours => ({ label: t.hours(hours), run: () => { pause(pausedFor(hours, browserClock.now())) } })),
            ...DAYS.map(days => ({ label: t.days(days), run: () => { pause(pausedFor(days * 24, browserClock.now())) } })),
            { label: t.forGood, run: () => { pause(PAUSED_FOR_GOOD) } },
          ]}
        />
      ) : <Button icon={<Play aria-hidden="true" />} busy={save.isPending} aria-label={`${t.resume}: ${name}`} onClick={() => { pause(null) }}>{t.resume}</Button>}
      {error === null ? null : <FailurePanel failure={failureOf(error)} />}
    </span>
  )
}
