/**
 * In the place of a part whose file did not come. When the server has a newer console the page is loaded anew; else the
 * server is away, and the part is tried again. Nothing else of the page goes.
 */
import { useEffect, useEffectEvent, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { FailurePanel } from '../parts/failure-panel.tsx'
import type { PartMissing } from '../parts/lazy-part.tsx'
import { Skeleton } from '../parts/states.tsx'
import type { Version } from '../api/newer.ts'
import { reloadWhenNewer } from '../api/newer.ts'

const AGAIN_MS = 10_000

export function MissingPart({ missing, reset }: { readonly missing: PartMissing; readonly reset: () => void }) {
  const [version, setVersion] = useState<Version | null>(null)
  useEffect(() => {
    void reloadWhenNewer().then(setVersion)
    return missing.forget
  }, [missing])
  const again = useEffectEvent(() => {
    missing.forget()
    reset()
  })
  useEffect(() => version === 'away' ? browserClock.after(AGAIN_MS, again) : undefined, [version])
  if (version === null || version === 'newer') return <Skeleton lines={8} />
  return (
    <FailurePanel
      failure={{ kind: version === 'away' ? 'offline' : 'misunderstood', detail: missing.message }}
      onRetry={() => {
        missing.forget()
        reset()
      }}
    />
  )
}
