/** A TCP proxy that can fall silent, as a host that lost its power or a firewall that forgot a flow, or be cut, as a cable. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface SilentProxy {
  readonly port: number
  /** The connections that are open carry nothing any more, and stay open. New ones work. */
  silence(): void
  /** Every connection ends, and new ones do at once. */
  cut(): void
  /** New connections work again. */
  heal(): void
  stop(): Promise<void>
}

export async function silentProxy(targetPort: number): Promise<SilentProxy> {
  const pairs: (readonly [Socket, Socket])[] = []
  let whole = true
  const server = createServer(near => {
    if (!whole) {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    near.pipe(far)
    far.pipe(near)
    for (const [socket, peer] of [[near, far], [far, near]] as const) {
      // A socket that fails closes as well, and that is what is passed on.
      socket.on('error', () => undefined)
      socket.on('close', () => { peer.destroy() })
    }
    pairs.push([near, far])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
    },
    cut() {
      whole = false
      for (const socket of pairs.splice(0).flat()) socket.destroy()
    },
    heal() { whole = true },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of pairs.flat()) socket.destroy()
      await closed
    },
  }
}
