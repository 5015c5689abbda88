/** The program's log: JSON lines, or text for people at a terminal. */

import pino, { type DestinationStream, type Logger } from 'pino'

export interface LogOptions {
  readonly format?: 'text' | 'json'
  readonly level: string
}

export interface ProgramLog {
  readonly logger: Logger
  /** Writes out what is still buffered. */
  flush(): void
}

/** What the system writes as one piece, whoever else writes to the same pipe. */
const pieceBytes = 4096

/**
 * Lines are written in groups; `flush` at the end loses none.
 * @param through what stands before the output of one of several processes that write to the same place
 */
export async function makeLog({ format, level }: LogOptions, through?: (to: DestinationStream) => DestinationStream): Promise<ProgramLog> {
  const between = through ?? (to => to)
  const asText = format === 'text' || (format === undefined && process.stdout.isTTY)
  if (asText) {
    const { default: pretty } = await import('pino-pretty')
    return {
      logger: pino({ level }, between(pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true }))),
      flush: () => {},
    }
  }
  const groups = through === undefined ? { minLength: 8192 } : { minLength: pieceBytes / 2, maxWrite: pieceBytes }
  const destination = pino.destination({ fd: 1, sync: false, ...groups, periodicFlush: 500 })
  return {
    logger: pino({ level, base: { pid: process.pid } }, between(destination)),
    flush: () => {
      try {
        destination.flushSync()
      } catch {
        /* nothing is open yet */
      }
    },
  }
}
