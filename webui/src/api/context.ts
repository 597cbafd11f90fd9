/** The one Api, Model and Account of the page, as React knows them. */
import { createContext, useContext } from 'react'
import type { ObjectEntry, Verb } from '../../../src/jmap-client/model.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import type { Account, Api } from './api.ts'
import type { Login } from './login.ts'

export interface Server {
  readonly api: Api
  readonly login: Login
  readonly model: Model
  readonly account: Account
  readonly username: string
}

export const ServerContext = createContext<Server | null>(null)

export function useServer(): Server {
  const server = useContext(ServerContext)
  if (server === null) throw new Error('used outside of the signed-in part of the console')
  return server
}

export function useModel(): Model {
  return useServer().model
}

/** Whether this login may do `verb` with objects of `name`, as in `useMay()('Task', 'Destroy')`; false for unknown objects. */
export function useMay(): (name: string, verb: Verb) => boolean {
  const { model, account } = useServer()
  return (name, verb) => {
    const object = model.object(name)
    return object !== null && may(account, object, verb)
  }
}

export function may({ permissions }: Account, { permissionPrefix }: ObjectEntry, verb: Verb): boolean {
  return permissions.has(permissionPrefix + verb)
}
