/** Puts the console together. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Api } from './api/api.ts'
import { browserClock, browserCrypto, serverClock } from './api/browser.ts'
import { failureOf, mayPass } from './api/failure.ts'
import { Login } from './api/login.ts'
import { randomState } from './api/pkce.ts'
import { postForm } from './api/post-form.ts'
import { Tabs } from './api/tabs.ts'
import { Gate } from './app/gate.tsx'
import { reloadWhenNewer } from './api/newer.ts'
import { applyTheme } from './app/theme.ts'
import { Toasts } from './parts/toast.tsx'
import './style/tokens.css'
import './style/base.css'
import { language, loadLanguage } from './texts/language.ts'

const RETRIES_MAX = 2
const FRESH_MS = 5_000

applyTheme()

const login = new Login({
  origin: location.origin, clock: browserClock, crypto: browserCrypto, storage: sessionStorage, post: postForm, goTo: url => { location.assign(url) },
  tabs: new Tabs(new BroadcastChannel('rota.login'), browserClock, randomState(browserCrypto)),
  mayBeCopy: performance.getEntriesByType('navigation').some(entry => 'type' in entry && entry.type !== 'reload'),
})
// A page that the browser stops or puts away may never run again.
addEventListener('pagehide', () => { login.handOver() })
document.addEventListener('freeze', () => { login.handOver() })
const api = new Api({ origin: location.origin, login, clock: browserClock, heardDate: serverClock.heard })
const client = new QueryClient({
  defaultOptions: {
    // A browser's word about the network is a guess: the server is asked, and what nobody answers fails at once. What somebody
    // orders is never carried out later, when it may have become wrong.
    mutations: { networkMode: 'always' },
    queries: { networkMode: 'always', refetchOnReconnect: true, staleTime: FRESH_MS, retry: (count, error) => count < RETRIES_MAX && mayPass(failureOf(error)) },
  },
})
const [{ router }] = await Promise.all([import('./app/routes.tsx'), loadLanguage()]).catch(async (error: unknown) => {
  await reloadWhenNewer()
  throw error
})

document.documentElement.lang = language()

const place = document.getElementById('root')
if (place === null) throw new Error('the page has no #root')
createRoot(place).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <Gate api={api} login={login}><RouterProvider router={router} /></Gate>
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
