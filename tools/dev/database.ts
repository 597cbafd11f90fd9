/** The PostgreSQL that the nodes share: the one of DATABASE_URL, else a temporary one of this machine's binaries. */
import { postgresMissing, startPostgres } from '../../test/support/postgres.ts'

export interface Database {
  readonly url: string
  /** It ends, with all that is in it, when the nodes do. */
  readonly temporary: boolean
  stop(): Promise<void>
}

export async function openDatabase(given: string | undefined): Promise<Database> {
  if (given !== undefined && given !== '') return { url: given, temporary: false, stop: async () => {} }
  if (postgresMissing() !== false) {
    throw new Error('several nodes need a PostgreSQL (15 or newer), and there is none on this machine. Install one (Debian, Ubuntu:\n'
      + '`apt-get install postgresql`), or name one: DATABASE_URL=postgres://user:password@host:5432/database npm run dev')
  }
  const server = await startPostgres({ ownGroup: true })
  return { url: await server.freshDatabase(), temporary: true, stop: () => server.stop() }
}
