/**
 * What is loaded when it is first needed, not at the start: the module is named by an `import()` where it is used, and who waits
 * for the result waits for the module too. A module that cannot be loaded fails that call, and the next one tries again.
 */
type AsyncMethods<Service> = { [Name in keyof Service]: Service[Name] extends (...given: never[]) => Promise<unknown> ? Name : never }[keyof Service]

/** What `load` gives, asked for once: by the first call that needs it, or again by the next one when it failed. */
export function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | null = null
  return async () => {
    loading ??= load()
    try {
      return await loading
    } catch (error) {
      loading = null
      throw error
    }
  }
}

/** A service of which only these methods are called, made by the first call of one. */
export function later<Service extends object, const Name extends AsyncMethods<Service>>(
  load: () => Promise<Service>, names: readonly Name[],
): Pick<Service, Name> {
  const loaded = once(load)
  const call = (name: Name) => async (...given: unknown[]): Promise<unknown> => {
    const service = await loaded()
    return Reflect.apply(service[name] as (...given: unknown[]) => Promise<unknown>, service, given)
  }
  return Object.fromEntries(names.map(name => [name, call(name)])) as Pick<Service, Name>
}
