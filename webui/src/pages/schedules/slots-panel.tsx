/** When the times that are being typed come next: in the viewer's zone, and in that of the schedule. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isJsonObject } from '../../../../src/base/json.ts'
import { strings } from '../../../../src/jmap-client/reply.ts'
import { browserClock } from '../../api/browser.ts'
import { useServer } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { keys } from '../../api/keys.ts'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { dateText, zoneName } from '../../parts/moment.ts'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { useLanguage } from '../../texts/language.ts'
import css from './schedules.module.css'
import { useScheduleTexts } from './texts.ts'

const TYPING_MS = 250
const SLOTS = 5
const NAME = 'x:Schedule/slots'

export function SlotsPanel({ cron, timeZone }: { readonly cron: string; readonly timeZone: string }) {
  const t = useScheduleTexts()
  const { data, error } = useSlots(cron, timeZone)
  const time = useZoneTime()
  const own = zoneName()
  return (
    <Panel title={t.slots}>
      <div aria-live="polite">
        {error !== null ? <FailurePanel failure={failureOf(error)} />
          : data === undefined ? <p className={css['soft']}>{t.noSlots}</p>
          : data.problem !== null ? <p className={css['problem']} lang="en">{data.problem}</p>
          : <>
            <SimpleTable
              label={t.slots} rows={data.slots} rowKey={slot => slot}
              columns={[
                { key: 'own', label: t.yourTime, cell: slot => time(slot, own) },
                ...(own === timeZone ? [] : [{ key: 'zone', label: t.scheduleTime(timeZone), cell: (slot: string) => time(slot, timeZone) }]),
              ]}
            />
            {own === timeZone ? <p className={css['soft']}>{t.sameZone}</p> : null}
          </>}
      </div>
    </Panel>
  )
}

function useSlots(cron: string, timeZone: string) {
  const { api } = useServer()
  const [asked, setAsked] = useState({ cron, timeZone })
  useEffect(() => browserClock.after(TYPING_MS, () => { setAsked({ cron, timeZone }) }), [cron, timeZone])
  return useQuery({
    queryKey: keys.method('Schedule', NAME, asked),
    queryFn: async () => {
      const { slots, problem } = await api.call(NAME, { ...asked, limit: SLOTS })
      return { slots: strings(slots), problem: isJsonObject(problem) ? String(problem['description']) : null }
    },
    enabled: asked.cron.trim() !== '' && asked.timeZone !== '',
    placeholderData: keepPreviousData,
  })
}

/** With the day of the week: most schedules are about it. */
function useZoneTime(): (at: string, timeZone: string) => string {
  const language = useLanguage()
  return (at, timeZone) => {
    const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const
    return dateText(Date.parse(at), language, { ...options, timeZone })
  }
}
