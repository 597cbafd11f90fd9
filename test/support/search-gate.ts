/** Holds up whoever writes the search index of a PostgreSQL store: a task of its lane runs until the gate opens. */
import pg from 'pg'

export class SearchGate {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  static async shut(url: string): Promise<SearchGate> {
    const client = new pg.Client(url)
    await client.connect()
    await client.query('begin')
    // Readers pass, writers wait.
    await client.query('lock table search_document in exclusive mode')
    return new SearchGate(client)
  }

  /** May be called twice. */
  async open(): Promise<void> {
    await this.#client.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.open()
  }
}
