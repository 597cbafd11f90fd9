/** Where a page should be and is not: an unknown address, a file that did not come, or a mistake of the console. */
import type { ErrorComponentProps } from '@tanstack/react-router'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Page } from '../parts/page.tsx'
import { PartMissing } from '../parts/lazy-part.tsx'
import { EmptyState } from '../parts/states.tsx'
import { useTexts } from '../texts/language.ts'
import { MissingPart } from './missing-part.tsx'

export function MissingPage() {
  const t = useTexts()
  return (
    <Page title={t.shell.notFoundTitle}>
      <EmptyState title={t.shell.notFoundTitle} next={t.shell.notFound} action={<ButtonLink to="/">{t.shell.toStart}</ButtonLink>} />
    </Page>
  )
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const t = useTexts()
  if (error instanceof PartMissing) return <MissingPart missing={error} reset={reset} />
  return (
    <Page title={t.shell.brokenTitle}>
      <EmptyState
        title={t.shell.brokenTitle} action={<Button onClick={() => { location.reload() }}>{t.shell.reload}</Button>}
        next={<>{t.shell.broken}<br /><code>{error instanceof Error ? error.message : String(error)}</code></>}
      />
    </Page>
  )
}
