/** Log lines through pino: JSON for programs, `pretty` for people. Secrets never reach a log call. */
import { pino, type DestinationStream } from 'pino'
import type { Log } from '../base/log.ts'
import type { LogFormat, LogLevel } from './env.ts'

export async function openLog(level: LogLevel, format: LogFormat, to: NodeJS.WritableStream): Promise<Log> {
  const destination: DestinationStream = format === 'pretty'
    ? (await import('pino-pretty')).default({ destination: to, colorize: 'isTTY' in to && to.isTTY === true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true, sync: true })
    : { write: line => { to.write(line) } }
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    debug: (fields, message) => { logger.debug(fields, message) },
    info: (fields, message) => { logger.info(fields, message) },
    warn: (fields, message) => { logger.warn(fields, message) },
    error: (fields, message) => { logger.error(fields, message) },
  }
}
