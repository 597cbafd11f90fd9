/** Where the buckets of a lane stand in a strip of a certain width: in rows of equal length, so that no row is half empty. */

export interface StripLayout {
  readonly columns: number
  readonly rows: number
  /** Of a cell with its gap, in CSS pixels. */
  readonly cellWidth: number
  readonly cellHeight: number
}

/** Narrower ones have no room for the tag of a node. */
export const CELL_MIN_PX = 16
const CELL_MAX_PX = 30
export const CELL_HEIGHT_PX = 20

export function stripLayout(buckets: number, width: number): StripLayout {
  const fitting = Math.max(1, Math.floor(width / CELL_MIN_PX))
  const rows = Math.max(1, Math.ceil(buckets / fitting))
  const columns = evenly(buckets, rows, fitting)
  const cellWidth = Math.max(1, Math.min(CELL_MAX_PX, Math.floor(width / columns)))
  return { columns, rows: Math.ceil(buckets / columns), cellWidth, cellHeight: CELL_HEIGHT_PX }
}

/** The bucket at a place, in CSS pixels from the upper left; null: none. */
export function bucketAt({ columns, cellWidth, cellHeight }: StripLayout, buckets: number, x: number, y: number): number | null {
  const column = Math.floor(x / cellWidth)
  const row = Math.floor(y / cellHeight)
  const bucket = row * columns + column
  return column < 0 || column >= columns || row < 0 || bucket >= buckets ? null : bucket
}

/** The longest rows that fit and divide the lane, when there are such of at least half the width; else what fills fewest rows. */
function evenly(buckets: number, rows: number, fitting: number): number {
  const least = Math.ceil(buckets / rows)
  for (let columns = Math.min(fitting, buckets); columns >= Math.min(least, Math.ceil(fitting / 2)) && columns > 0; columns--) {
    if (buckets % columns === 0) return columns
  }
  return Math.max(1, least)
}
