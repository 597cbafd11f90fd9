/** How many buckets of a lane some node of a PostgreSQL store holds right now. */
import pg from 'pg'

export async function heldBuckets(url: string, lane: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ held: string }>('select count(holder) as held from lease where lane = $1', [lane])
    return Number(rows[0]?.held)
  } finally {
    await client.end()
  }
}
