/** The colours of the theme for what is drawn and not styled; new ones when the theme changes. */
import { useEffect, useState } from 'react'
import { COLOURS } from './owners.ts'
import type { Palette } from './strip-paint.ts'

export function usePalette(): Palette {
  const [palette, setPalette] = useState(paletteNow)
  useEffect(() => {
    const observer = new MutationObserver(() => { setPalette(paletteNow()) })
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => { observer.disconnect() }
  }, [])
  return palette
}

function paletteNow(): Palette {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    owners: Array.from({ length: COLOURS }, (_, index) => colour(`--owner-${index}`)),
    ink: colour('--owner-ink'), surface: colour('--surface'), nobody: colour('--bad'), ring: colour('--ink'),
    font: `600 10px ${colour('--font')}`,
  }
}
