/** Which nodes open and close what, when a change of a listener is saved. */
import type { ReactNode } from 'react'
import { Warning } from '../../parts/warning.tsx'
import css from './listeners.module.css'
import type { AddressChange, Effect, NodeChange, Preview } from './preview.ts'
import { EFFECTS } from './preview.ts'
import { useListenerTexts } from './texts.ts'

const SIGNS: Readonly<Record<Effect, string>> = { fails: '!', closes: '−', rebinds: '↻', replaces: '↻', opens: '+' }

export function PreviewDetails({ preview: { nodes }, here }: {
  readonly preview: Preview
  /** The address of this console is among them. */
  readonly here: boolean
}) {
  const t = useListenerTexts()
  if (nodes.length === 0) return <p className={css['soft']}>{t.preview.quiet}</p>
  const isCut = nodes.some(({ addresses }) => addresses.some(({ effect }) => effect !== 'opens' && effect !== 'fails'))
  return (
    <div className={css['stack']}>
      {here ? <Warning bad>{t.here}</Warning> : null}
      {nodes.map(node => <OnNode key={node.id} node={node} />)}
      {isCut ? <p className={css['soft']}>{t.preview.drain}</p> : null}
    </div>
  )
}

function OnNode({ node: { hostname, addresses } }: { readonly node: NodeChange }) {
  const t = useListenerTexts()
  return (
    <section className={css['block']} aria-label={hostname}>
      <h3>{hostname}</h3>
      <ul>
        {EFFECTS.flatMap(effect => addresses.filter(change => change.effect === effect)).map(change => (
          <li key={`${change.effect} ${change.address}`} className={css['change']}>
            <Line effect={change.effect}>{t.preview[change.effect]}: <code>{change.address}</code><Why of={change} /></Line>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Line({ effect, children }: { readonly effect: Effect; readonly children: ReactNode }) {
  return <span className={effect === 'fails' ? css['bad'] : undefined}><span className={css['sign']} aria-hidden="true">{SIGNS[effect]}</span> {children}</span>
}

function Why({ of: { error } }: { readonly of: AddressChange }) {
  return error === null ? null : <>{' – '}<span lang="en">{error}</span></>
}
