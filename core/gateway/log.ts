/** The program's log: JSON lines, or text for people at a terminal. */

import pino, { type Logger } from 'pino'

export interface LogOptions {
  readonly format?: 'text' | 'json'
  readonly level: string
}

export interface ProgramLog {
  readonly logger: Logger
  /** Writes out what is still buffered. */
  flush(): void
}

/** Lines are written in groups; `flush` at the end loses none. */
export async function makeLog({ format, level }: LogOptions): Promise<ProgramLog> {
  const asText = format === 'text' || format === undefined && process.stdout.isTTY
  if (asText) {
    const { default: pretty } = await import('pino-pretty')
    return { logger: pino({ level }, pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true })), flush: () => {} }
  }
  const destination = pino.destination({ fd: 1, sync: false, minLength: 8192, periodicFlush: 500 })
  return { logger: pino({ level, base: { pid: process.pid } }, destination), flush: () => { try { destination.flushSync() } catch { /* nothing is open yet */ } } }
}
