/**
 * A component whose file is loaded when it is first needed: a page, a chart.
 *
 * | what | then |
 * |---|---|
 * | it is loaded ahead, under a link that somebody points at, and fails | nothing: it is tried again when it is needed |
 * | it is needed and fails | PartMissing, for the error page around it (app/missing-part.tsx) |
 */
import type { ComponentType, ReactNode } from 'react'
import { Suspense, use } from 'react'

export class PartMissing extends Error {
  override readonly name = 'PartMissing'
  /** The next time it is needed it is loaded again. */
  readonly forget: () => void
  constructor(cause: unknown, forget: () => void) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.forget = forget
  }
}

export type LazyPart<P> = ((props: P) => ReactNode) & { preload(): Promise<void> }

/** `Waiting`: what stands in its place until it is there. */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>, Waiting: ComponentType<P>): LazyPart<P> {
  let loaded: ComponentType<P> | null = null
  let attempt: Promise<ComponentType<P>> | null = null
  const begin = async () => {
    try {
      return loaded = await load()
    } catch (error) {
      throw new PartMissing(error, () => { attempt = null })
    }
  }
  function Loaded(props: P) {
    const Part = loaded ?? use(attempt ??= begin())
    return <Part {...props} />
  }
  function Lazy(props: P) {
    return <Suspense fallback={<Waiting {...props} />}><Loaded {...props} /></Suspense>
  }
  const preload = async () => {
    try {
      await (attempt ??= begin())
    } catch {
      attempt = null // Whoever needs it tries again, and hears of it.
    }
  }
  return Object.assign(Lazy, { preload })
}
