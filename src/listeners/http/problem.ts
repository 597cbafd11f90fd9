/** Refusals over HTTP: `application/problem+json` (RFC 9457). Only what the client may know is in them. */
import { STATUS_CODES } from 'node:http'
import { RotaError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'

export interface Problem {
  readonly type: string
  readonly status: number
  readonly detail: string
  readonly limit?: string
}

export const PROBLEM_TYPE = 'application/problem+json'

/** Thrown in routes; becomes the reply. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly problem: Problem
  readonly retryAfterMs: number | null
  constructor(problem: Problem, retryAfterMs: number | null = null) {
    super(problem.detail)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }
}

export function plainProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', status, detail }
}

export function problemText(problem: Problem): string {
  return JSON.stringify({ ...problem, title: STATUS_CODES[problem.status] })
}

/** Null for what is our own fault and no client's business. */
export function knownProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error
  if (error instanceof RotaError) {
    const status = STATUS_OF[error.code]
    if (status === undefined) return null
    const { retryAfterMs } = error.details
    const waitMs = typeof retryAfterMs === 'number' ? retryAfterMs : status === 503 ? STORE_RETRY_MS : null
    return new HttpProblem(plainProblem(status, status === 503 ? STORE_AWAY : error.message), waitMs)
  }
  // Errors of fastify about the request itself carry the status they want.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return status >= 400 && status < 500 ? new HttpProblem(plainProblem(status, NOT_UNDERSTOOD)) : null
}
const NOT_UNDERSTOOD = 'The request cannot be understood.'

const STORE_RETRY_MS = 1_000
const STORE_AWAY = 'The store does not answer in time; try again later.'
const STATUS_OF: Readonly<Partial<Record<ErrorCode, number>>> = {
  'auth/failed': 401, 'auth/rate-limited': 429,
  'store/unavailable': 503, 'store/full': 503, 'store/conflict': 503,
}
