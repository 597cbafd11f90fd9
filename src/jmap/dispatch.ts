/**
 * Runs the calls of one request in order and answers each exactly once (RFC 8620 §3.4, §3.6.2). See
 * README.md.
 */
import type { IdSource } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Log } from '../base/log.ts'
import { RotaError, errorText, hasCode } from '../errors.ts'
import { MethodError } from '../registry/method.ts'
import type { CallContext, Method, MethodErrorType, Principal } from '../registry/method.ts'
import { nameMeant } from '../registry/values/names.ts'
import { BackReferences } from './back-references.ts'
import type { MethodResponse } from './back-references.ts'
import type { Call, JmapRequest } from './request.ts'

export interface DispatchDeps {
  /** By their names on the wire, such as `x:Task/get`. */
  readonly methods: ReadonlyMap<string, Method>
  readonly log: Log
  /** Makes the reference that leads from a reply to the log. */
  readonly ids: IdSource
}

/** Members of the reply, without `sessionState`. `remote`: the address of the caller, if there is one. Never rejects for what a client or a method did. */
export async function dispatch(
  request: JmapRequest, principal: Principal, remote: string | null, deps: DispatchDeps,
): Promise<JsonObject> {
  const context: CallContext = { principal, remote, createdIds: new Map(request.createdIds) }
  const references = new BackReferences()
  const responses: MethodResponse[] = []
  for (const call of request.calls) responses.push(await answer(call, context, references, responses, deps))
  return {
    methodResponses: responses.map(({ name, result, id }) => [name, result, id]),
    ...(request.createdIds === null ? {} : { createdIds: Object.fromEntries(context.createdIds) }),
  }
}

async function answer(
  { name, args, id }: Call, context: CallContext, references: BackReferences,
  responses: readonly MethodResponse[], deps: DispatchDeps,
): Promise<MethodResponse> {
  try {
    const method = methodMeant(deps.methods, name)
    if (!method) throw unknownMethod(name)
    return { name, result: await method(references.resolve(args, responses), context), id }
  } catch (error) {
    return { name: 'error', result: errorResult(error, name, context.principal, deps), id }
  }
}

/** Methods of objects also under the names that people type, such as `x:task-manager/get`. */
function methodMeant(methods: DispatchDeps['methods'], name: string): Method | undefined {
  const known = methods.get(name)
  if (known || !name.startsWith(OBJECT_METHODS)) return known
  const meant = nameMeant([...methods.keys()].filter(each => each.startsWith(OBJECT_METHODS)), name)
  return meant === undefined ? undefined : methods.get(meant)
}
const OBJECT_METHODS = 'x:'

const NAME_SHOWN_MAX = 100
function unknownMethod(name: string): MethodError {
  return new MethodError('unknownMethod', `This server has no method ${name.slice(0, NAME_SHOWN_MAX).toWellFormed()}.`)
}

function errorResult(error: unknown, method: string, principal: Principal, deps: DispatchDeps): JsonObject {
  if (error instanceof MethodError) {
    if (error.cause !== undefined) logCause(error, method, principal, deps)
    return { type: error.type, description: error.message }
  }
  if (hasCode(error, 'mail/account-gone')) {
    return { type: 'accountNotFound' satisfies MethodErrorType, description: 'The account was destroyed meanwhile.' }
  }
  const fields = { method, account: principal.accountId, error: errorText(error) }
  const passing = error instanceof RotaError ? PASSING[error.code] : undefined
  if (passing) {
    deps.log.warn(fields, 'method could not be carried out')
    return { type: 'serverUnavailable' satisfies MethodErrorType, description: passing }
  }
  const reference = deps.ids.next()
  const stack = error instanceof Error ? error.stack : undefined
  deps.log.error({ ...fields, reference, stack, cause: causeText(error) }, 'method failed')
  return {
    type: 'serverFail' satisfies MethodErrorType,
    description: `Something went wrong here. The log of this node has the details under ${reference}.`,
  }
}

/** What may be over when the client tries again. A method that had done a part of its work says so itself. */
const PASSING: Readonly<Partial<Record<RotaError['code'], string>>> = {
  'store/unavailable': 'The store does not answer in time; try again later.',
  'store/full': 'The store is full and keeps nothing new until an administrator has freed space.',
  'store/conflict': 'Others change the same rows at this moment; try again.',
}

function logCause({ type, cause }: MethodError, method: string, principal: Principal, { log }: DispatchDeps): void {
  const fields = { method, account: principal.accountId, type, error: errorText(cause) }
  if (cause instanceof RotaError) log.warn(fields, 'method was carried out in part')
  else log.error({ ...fields, stack: cause instanceof Error ? cause.stack : undefined }, 'method was carried out in part')
}

function causeText(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? errorText(error.cause) : undefined
}
