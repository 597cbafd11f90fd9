/** The assignment as a picture: lanes × buckets, each with its owner; it follows as nodes come and go. */
import { Link } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { browserClock } from '../../api/browser.ts'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { dateText } from '../../parts/moment.ts'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Time } from '../../parts/time.tsx'
import { useWidth } from '../../parts/use-width.ts'
import { useDutyTexts } from '../../texts/duties.ts'
import { useLanguage } from '../../texts/language.ts'
import css from './cluster.module.css'
import { LaneStrip } from './lane-strip.tsx'
import type { Move, Sightings } from './moves.ts'
import { bucketKey, movesBetween, withMoves } from './moves.ts'
import { OwnerTag } from './owner-tag.tsx'
import type { Owner } from './owners.ts'
import { ownersOf, uncoveredOf } from './owners.ts'
import { useClusterTexts } from './texts.ts'
import { usePalette } from './use-palette.ts'

const MOVES_SHOWN_MAX = 5

export function Assignment({ nodes, lanes }: { readonly nodes: readonly ClusterNode[]; readonly lanes: readonly Lane[] }) {
  const t = useClusterTexts()
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const palette = usePalette()
  const owners = useMemo(() => ownersOf(nodes, lanes), [nodes, lanes])
  const known = useKnown(owners)
  const [asTable, setAsTable] = useState(false)
  const [spotlight, setSpotlight] = useState<string | null>(null)
  const { moves, sightings, openedAt } = useMoves(lanes)
  const seen = spotlight !== null && known.has(spotlight) ? spotlight : null
  return (
    <Panel title={t.picture}>
      <Legend owners={owners} uncovered={uncoveredOf(lanes)} spotlight={seen} onSpotlight={setSpotlight} />
      <p className="unseen">{t.pictureHelp}</p>
      <div className={css['lanes']}>
        {lanes.length === 0 ? <p className={css['soft']}>{t.noLanes}</p> : null}
        {lanes.map((lane, index) => (
          <div key={lane.name} className={css['laneRow']}>
            <LaneName lane={lane} />
            <div className={css['laneStrip']} ref={index === 0 ? frame : undefined}>
              {width === 0 ? null : (
                <Strip lane={lane} width={width} known={known} palette={palette} spotlight={seen} sightings={sightings} openedAt={openedAt} />
              )}
            </div>
            <LaneCount lane={lane} />
          </div>
        ))}
      </div>
      <div className={css['below']}>
        <LastMoves moves={moves} nodes={nodes} />
        <details className={css['details']} onToggle={event => { setAsTable(event.currentTarget.open) }}>
          <summary>{t.asTable}</summary>
          {asTable ? <AssignmentTable lanes={lanes} owners={owners} /> : null}
        </details>
      </div>
    </Panel>
  )
}

function Strip({ sightings, openedAt, ...props }: Omit<Parameters<typeof LaneStrip>[0], 'tell'> & { readonly sightings: Sightings; readonly openedAt: number }) {
  const t = useClusterTexts()
  const language = useLanguage()
  const { lane, known } = props
  const tell = (bucket: number) => {
    const owner = lane.owners[bucket] ?? null
    const at = sightings.get(bucketKey(lane.name, bucket))
    const clock = (ms: number) => dateText(ms, language, { timeStyle: 'medium' })
    const since = at === undefined ? t.sinceUnknown(clock(openedAt)) : t.sinceSeen(clock(at))
    return `${t.bucketOf(bucket, owner === null ? t.uncoveredBucket : known.get(owner)?.name ?? owner)}, ${since}`
  }
  return <LaneStrip {...props} tell={tell} />
}

function LaneName({ lane: { name, duty } }: { readonly lane: Lane }) {
  const duties = useDutyTexts()
  return (
    <div className={css['laneName']}>
      <Link to={`/manage/tasks?f.lane=${encodeURIComponent(name)}`}>{name}</Link>
      <span className={css['laneDuty']}>{duties[duty]?.name ?? duty}</span>
    </div>
  )
}

function LaneCount({ lane: { owners } }: { readonly lane: Lane }) {
  const t = useClusterTexts()
  const held = owners.filter(owner => owner !== null).length
  return <span className={`${css['laneCount']} ${held < owners.length ? css['bad'] : ''}`}>{held < owners.length ? t.held(held, owners.length) : t.buckets(owners.length)}</span>
}

function Legend({ owners, uncovered, spotlight, onSpotlight }: {
  readonly owners: readonly Owner[]
  readonly uncovered: number
  readonly spotlight: string | null
  readonly onSpotlight: (id: string | null) => void
}) {
  const t = useClusterTexts()
  return (
    <div className={css['legend']} role="group" aria-label={t.legend}>
      {owners.map(owner => (
        <button
          key={owner.id} type="button" className={css['legendItem']} aria-pressed={spotlight === owner.id} title={t.spotlight(owner.name)}
          onClick={() => { onSpotlight(spotlight === owner.id ? null : owner.id) }}
        >
          <OwnerTag owner={owner} />
          <span>{owner.name}</span>
          <span className={css['soft']}>{owner.leaving ? `${owner.buckets}, ${t.leaving}` : owner.buckets}</span>
        </button>
      ))}
      {uncovered === 0 ? null : (
        <span className={css['legendItem']}>
          <span className={css['tag']} data-nobody="" aria-hidden="true" />
          <span className={css['bad']}>{t.nobody}</span>
          <span className={css['soft']}>{uncovered}</span>
        </span>
      )}
    </div>
  )
}

interface Seen extends Move { readonly at: number }

function LastMoves({ moves, nodes }: { readonly moves: readonly Seen[]; readonly nodes: readonly ClusterNode[] }) {
  const t = useClusterTexts()
  const name = (id: string | null) => id === null ? t.nobody : nodes.find(node => node.id === id)?.hostname ?? id
  return (
    <div>
      <h3>{t.moves}</h3>
      <ul className={css['moves']} aria-live="polite">
        {moves.length === 0 ? <li className={css['soft']}>{t.noMoves}</li> : null}
        {moves.map(move => (
          <li key={`${move.at}${move.from ?? ''}${move.to ?? ''}`}>
            <Time at={new Date(move.at).toISOString()} relative /> {t.moved(move.buckets, name(move.from), name(move.to))}{' '}
            <span className={css['soft']}>{t.inLanes(move.lanes.join(', '))}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function AssignmentTable({ lanes, owners }: { readonly lanes: readonly Lane[]; readonly owners: readonly Owner[] }) {
  const t = useClusterTexts()
  const count = ({ owners: held }: Lane, id: string | null) => held.filter(owner => owner === id).length
  return (
    <SimpleTable
      label={t.picture} rows={lanes} rowKey={lane => lane.name}
      columns={[
        { key: 'lane', label: t.lane, cell: lane => lane.name },
        ...owners.map(({ id, name }) => ({ key: id, label: name, align: 'end' as const, cell: (lane: Lane) => count(lane, id) })),
        { key: 'nobody', label: t.nobody, align: 'end', cell: lane => count(lane, null) },
        { key: 'total', label: t.total, align: 'end', cell: lane => lane.owners.length },
      ]}
    />
  )
}

/** By id; the same map for as long as nobody looks different, so that nothing is drawn anew for a count. */
function useKnown(owners: readonly Owner[]): ReadonlyMap<string, Owner> {
  const look = owners.map(({ id, name, tag }) => `${id} ${name} ${tag}`).join()
  const [known, setKnown] = useState(() => ({ look, byId: new Map(owners.map(owner => [owner.id, owner])) }))
  if (known.look === look) return known.byId
  const next = { look, byId: new Map(owners.map(owner => [owner.id, owner])) }
  setKnown(next)
  return next.byId
}

/** What has moved since the page was opened. */
function useMoves(lanes: readonly Lane[]): { readonly moves: readonly Seen[]; readonly sightings: Sightings; readonly openedAt: number } {
  const [state, setState] = useState(() => ({ lanes, moves: [] as readonly Seen[], sightings: new Map() as Sightings, openedAt: browserClock.now() }))
  if (state.lanes === lanes) return state
  const at = browserClock.now()
  const moves = movesBetween(state.lanes, lanes).map(move => ({ ...move, at }))
  const next = {
    ...state, lanes, moves: [...moves, ...state.moves].slice(0, MOVES_SHOWN_MAX), sightings: withMoves(state.sightings, state.lanes, lanes, at),
  }
  setState(next)
  return next
}
