/** The width of an element in CSS pixels, as it changes; 0 until it is known. */
import { useEffect, useState } from 'react'

export function useWidth(of: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = of.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => { if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width)) })
    observer.observe(element)
    return () => { observer.disconnect() }
  }, [of])
  return width
}
