/** Draws the buckets of one lane. While some move, each is shown on its way from one owner to the other. */
import type { Owner } from './owners.ts'
import type { StripLayout } from './strip-layout.ts'

/** Colours as the theme has them now. */
export interface Palette {
  readonly owners: readonly string[]
  readonly ink: string
  readonly surface: string
  readonly nobody: string
  readonly ring: string
  readonly font: string
}
export interface Strip {
  readonly layout: StripLayout
  readonly owners: readonly (string | null)[]
  /** As they were before the last change. */
  readonly before: readonly (string | null)[]
  /** How far a bucket is on its way, 0 to 1. */
  readonly progress: (bucket: number) => number
  readonly faces: Faces
  /** All others stand back; null: all are equal. */
  readonly spotlight: string | null
  /** The bucket that is looked at. */
  readonly cursor: number | null
}

const GAP = 2
const STAND_BACK = 0.22
const RADIUS = 3
const HATCH_PX = 5

/** The box of each owner, drawn once: a thousand boxes are copies of a few, and text is what drawing costs. */
export class Faces {
  readonly #faces = new Map<string | null, HTMLCanvasElement>()
  readonly #known: ReadonlyMap<string, Owner>
  readonly #palette: Palette
  /** In CSS pixels. */
  readonly width: number
  readonly height: number

  constructor(known: ReadonlyMap<string, Owner>, palette: Palette, { cellWidth, cellHeight }: Pick<StripLayout, 'cellWidth' | 'cellHeight'>) {
    this.#known = known
    this.#palette = palette
    this.width = cellWidth - GAP
    this.height = cellHeight - GAP
  }

  get palette(): Palette { return this.#palette }

  of(id: string | null): HTMLCanvasElement {
    const owner = id === null ? undefined : this.#known.get(id)
    const key = owner?.id ?? null
    let face = this.#faces.get(key)
    if (face === undefined) this.#faces.set(key, face = this.#drawn(owner))
    return face
  }

  #drawn(owner: Owner | undefined): HTMLCanvasElement {
    const face = document.createElement('canvas')
    const ratio = devicePixelRatio || 1
    face.width = Math.max(1, Math.round(this.width * ratio))
    face.height = Math.max(1, Math.round(this.height * ratio))
    const to = face.getContext('2d')
    if (to === null) return face
    to.scale(ratio, ratio)
    to.font = this.#palette.font
    to.textAlign = 'center'
    to.textBaseline = 'middle'
    paintFace(to, { x: 0, y: 0, width: this.width, height: this.height }, owner, this.#palette)
    return face
  }
}

export function paintStrip(to: CanvasRenderingContext2D, { layout, owners, before, progress, faces, spotlight, cursor }: Strip): void {
  const { columns, cellWidth, cellHeight } = layout
  const { width, height } = faces
  to.clearRect(0, 0, columns * cellWidth, layout.rows * cellHeight)
  for (const [bucket, owner] of owners.entries()) {
    const x = (bucket % columns) * cellWidth
    const y = Math.floor(bucket / columns) * cellHeight
    const done = progress(bucket)
    to.globalAlpha = spotlight === null || spotlight === owner ? 1 : STAND_BACK
    if (done >= 1) to.drawImage(faces.of(owner), x, y, width, height)
    else {
      part(to, faces.of(before[bucket] ?? null), { x, y, width, height }, 0, 1 - done)
      part(to, faces.of(owner), { x, y, width, height }, 1 - done, 1)
    }
    if (bucket === cursor) ring(to, { x, y, width, height }, faces.palette)
  }
  to.globalAlpha = 1
}

/** A face from one height to another, both as shares of it. */
function part(to: CanvasRenderingContext2D, face: HTMLCanvasElement, { x, y, width, height }: Cell, from: number, until: number): void {
  if (until <= from) return
  to.drawImage(face, 0, face.height * from, face.width, face.height * (until - from), x, y + height * from, width, height * (until - from))
}

interface Cell { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

function paintFace(to: CanvasRenderingContext2D, { x, y, width, height }: Cell, owner: Owner | undefined, palette: Palette): void {
  to.fillStyle = palette.surface
  to.fillRect(x, y, width, height)
  if (owner === undefined) {
    to.save()
    box(to, { x, y, width, height })
    to.clip()
    to.strokeStyle = palette.nobody
    to.lineWidth = 1.2
    lines(to, { x, y, width, height }, HATCH_PX)
    to.restore()
    to.lineWidth = 1
    box(to, { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 })
    to.strokeStyle = palette.nobody
    to.stroke()
    return
  }
  to.fillStyle = palette.owners[owner.colour] ?? palette.ring
  box(to, { x, y, width, height })
  to.fill()
  if (owner.pattern !== 'plain') pattern(to, { x, y, width, height }, owner.pattern, palette)
  to.fillStyle = palette.ink
  to.fillText(owner.tag, x + width / 2, y + height / 2 + 0.5, width - 1)
}

function pattern(to: CanvasRenderingContext2D, cell: Cell, kind: Owner['pattern'], { ink }: Palette): void {
  to.save()
  box(to, cell)
  to.clip()
  to.strokeStyle = to.fillStyle = ink
  to.globalAlpha *= 0.5
  to.lineWidth = 1.5
  if (kind === 'stripes' || kind === 'cross') lines(to, cell, 6)
  if (kind === 'cross') lines(to, cell, 6, -1)
  if (kind === 'dots') {
    for (const [dx, dy] of [[0.15, 0.2], [0.85, 0.2], [0.15, 0.8], [0.85, 0.8]] as const) {
      to.beginPath()
      to.arc(cell.x + cell.width * dx, cell.y + cell.height * dy, 1.6, 0, 2 * Math.PI)
      to.fill()
    }
  }
  to.restore()
}

function lines(to: CanvasRenderingContext2D, { x, y, width, height }: Cell, everyPx: number, lean = 1): void {
  to.beginPath()
  for (let at = -height; at < width; at += everyPx) {
    to.moveTo(x + at + (lean > 0 ? 0 : height), y + height)
    to.lineTo(x + at + (lean > 0 ? height : 0), y)
  }
  to.stroke()
}

function ring(to: CanvasRenderingContext2D, { x, y, width, height }: Cell, { ring: colour, surface }: Palette): void {
  to.globalAlpha = 1
  to.lineWidth = 3
  to.strokeStyle = surface
  box(to, { x: x + 1.5, y: y + 1.5, width: width - 3, height: height - 3 })
  to.stroke()
  to.lineWidth = 2
  to.strokeStyle = colour
  box(to, { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 })
  to.stroke()
}

function box(to: CanvasRenderingContext2D, { x, y, width, height }: Cell): void {
  to.beginPath()
  to.roundRect(x, y, width, height, RADIUS)
}
