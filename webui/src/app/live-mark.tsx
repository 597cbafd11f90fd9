/** Keeps the page up to date while it is open, and says in the header when that does not work at the moment. */
import { useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { browserClock, browserRandom } from '../api/browser.ts'
import { useServer } from '../api/context.ts'
import { Gather } from '../api/gather.ts'
import { keys } from '../api/keys.ts'
import { Live } from '../api/live.ts'
import { openStream } from '../api/open-stream.ts'
import { Tooltip } from '../parts/tooltip.tsx'
import { useTexts } from '../texts/language.ts'
import css from './live-mark.module.css'

/** Four times a second. */
const REFRESH_EVERY_MS = 250

export function LiveMark() {
  const t = useTexts()
  const live = useLive()
  const lost = useSyncExternalStore(changed => live.watch(changed), () => live.isLost && live.state !== 'live')
  return (
    <span role="status" className={css['mark']}>
      {lost ? (
        <Tooltip text={t.shell.reconnectingHint}>
          <button type="button" className={css['word']}><RefreshCw aria-hidden="true" /><span>{t.shell.reconnecting}</span></button>
        </Tooltip>
      ) : null}
    </span>
  )
}

function useLive(): Live {
  const { login, model, account } = useServer()
  const client = useQueryClient()
  const [live] = useState(() => {
    const known = model.objects().filter(({ permissionPrefix }) => account.permissions.has(`${permissionPrefix}Get`)).map(({ name }) => name)
    const gather = new Gather({
      clock: browserClock,
      everyMs: REFRESH_EVERY_MS,
      refresh: async names => {
        // What is being asked already is not asked anew, and its answer may be older than the change: the next round asks again.
        const asked = [...names].filter(name => client.isFetching({ queryKey: keys.all(name) }) > 0)
        await Promise.all([...names].map(name => client.invalidateQueries({ queryKey: keys.all(name) }, { cancelRefetch: false })))
        if (asked.length > 0) gather.add(asked)
      },
    })
    return new Live({
      clock: browserClock, random: browserRandom,
      open: (path, lastEventId, signal) => openStream(login, path, lastEventId, signal),
      onChange: objects => { gather.add(objects ?? known) },
    })
  })
  useEffect(() => {
    live.start()
    return () => { live.stop() }
  }, [live])
  return live
}
