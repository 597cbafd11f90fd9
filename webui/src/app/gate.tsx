/** Before the pages: signing in, loading schema and permissions, and the dialog over the page when a login has ended. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { Model } from '../../../src/jmap-client/model.ts'
import type { Api } from '../api/api.ts'
import { ServerContext } from '../api/context.ts'
import { failureOf } from '../api/failure.ts'
import type { Finish, Login } from '../api/login.ts'
import { Button } from '../parts/button.tsx'
import { FailurePanel } from '../parts/failure-panel.tsx'
import { overPage } from '../parts/over-page.tsx'
import type { Language } from '../texts/language.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import { inWords } from '../texts/schema-language.ts'
import css from './gate.module.css'
import { Mark } from './mark.tsx'

const Dialog = overPage(async () => (await import('../parts/dialog.tsx')).Dialog)
const CALLBACK = '/oauth/callback'
/** What the schema says by itself. */
const ENGLISH = {}

export function Gate({ api, login, children }: { readonly api: Api; readonly login: Login; readonly children: ReactNode }) {
  const t = useTexts()
  const state = useSyncExternalStore(changed => login.watch(changed), () => login.state)
  const [returning, setReturning] = useState(location.pathname === CALLBACK)
  const ready = !returning && state !== 'signedOut' && state !== 'leaving'
  const { data, error, refetch } = useQuery({
    queryKey: ['server'],
    enabled: ready && state !== 'ended',
    staleTime: Infinity,
    queryFn: async () => {
      const [schema, account, session] = await Promise.all([api.schema(), api.account(), api.session()])
      return { schema, account, username: session.username }
    },
  })
  useEffect(() => { if (data !== undefined) login.belongsTo(data.username) }, [data, login])
  const spoken = useLanguage()
  const spokenWords = useQuery({ queryKey: ['words', spoken], staleTime: Infinity, placeholderData: keepPreviousData, queryFn: () => schemaWords(spoken) })
  // Rather in English than not at all.
  const words = spokenWords.data ?? (spokenWords.isError ? ENGLISH : undefined)
  const server = useMemo(() => {
    if (data === undefined || words === undefined) return null
    const { schema, account, username } = data
    return { api, login, account, username, model: new Model(inWords(schema, words)) }
  }, [api, login, data, words])
  const begin = () => { void login.begin(location.pathname + location.search + location.hash) }
  useEffect(() => {
    if (!returning && state === 'signedOut') void login.begin(location.pathname + location.search + location.hash)
  }, [returning, state, login])

  if (returning) return <Callback login={login} onDone={() => { setReturning(false) }} />
  if (state === 'leaving') return <Door><p role="status">{t.login.leaving}</p></Door>
  if (server === null) {
    return (
      <Door>
        {state === 'ended' ? <>
          <h1>{t.login.endedTitle}</h1>
          <Button kind="main" onClick={begin}>{t.login.endedButton}</Button>
        </> : error === null ? <p role="status">{t.login.working}</p> : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
      </Door>
    )
  }
  return (
    <ServerContext value={server}>
      {children}
      <Dialog
        open={state === 'ended'} title={t.login.endedTitle} text={t.login.ended}
        actions={<Button kind="main" onClick={begin}>{t.login.endedButton}</Button>}
      />
    </ServerContext>
  )
}

/** German words of the schema. */
async function schemaWords(spoken: Language): Promise<Readonly<Record<string, string>>> {
  if (spoken === 'en') return ENGLISH
  const [{ LABELS_DE }, { DESCRIPTIONS_DE }] = await Promise.all([import('../texts/schema-labels-de.ts'), import('../texts/schema-descriptions-de.ts')])
  return { ...LABELS_DE, ...DESCRIPTIONS_DE }
}

/** The way back from the login page: the code in the address is changed for tokens, once. */
function Callback({ login, onDone }: { readonly login: Login; readonly onDone: () => void }) {
  const t = useTexts()
  const [problem, setProblem] = useState<Exclude<Finish['kind'], 'signedIn'> | null>(null)
  const begun = useRef(false)
  useEffect(() => {
    // A code is worth one attempt: a second one would end the login.
    if (begun.current) return
    begun.current = true
    void login.finish(location.search).then(finish => {
      if (finish.kind !== 'signedIn') {
        setProblem(finish.kind)
        return
      }
      history.replaceState(null, '', finish.returnTo)
      onDone()
    })
  }, [login, onDone])
  return (
    <Door>
      {problem === null ? <p role="status">{t.login.working}</p> : <>
        <h1>{t.login.failed}</h1>
        <p>{t.login.problems[problem]}</p>
        <Button kind="main" onClick={() => { void login.begin(login.returnTo) }}>{t.login.again}</Button>
      </>}
    </Door>
  )
}

function Door({ children }: { readonly children: ReactNode }) {
  const t = useTexts()
  return <main className={css['door']}><p className={css['brand']}><Mark />{t.product}</p>{children}</main>
}
