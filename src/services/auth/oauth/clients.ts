/**
 * The programs that people may log in to through this server. They run in a browser or on somebody's machine, so
 * none can keep a secret: they are public clients (RFC 6749 §2.1), and PKCE proves that who redeems a code is who
 * asked for it.
 */
export interface Client {
  readonly id: string
  /** As the login page calls it. */
  readonly name: string
}

const CLIENTS: readonly Client[] = [
  { id: 'rota-webui', name: 'the Rota console' },
  { id: 'stalwart-webui', name: 'the web console' },
]

export const CLIENT_ID_LENGTH_MAX = 100

export function findClient(id: string): Client | null {
  return CLIENTS.find(client => client.id === id) ?? null
}
