/** The program's log: JSON lines, or text for people at a terminal. */

import pino, { type DestinationStream, type Logger } from 'pino'
import { LogOutput } from './log-output.ts'

export interface LogOptions {
  readonly format?: 'text' | 'json'
  readonly level: string
}

export interface ProgramLog {
  readonly logger: Logger
  /** Writes out what is still buffered. */
  flush(): void
}

const groupLength = 8192
const longestPiece = 64 * 1024
/** What the system writes as one piece, whoever else writes to the same pipe. */
const pieceLength = 4096
const warning = 40

/**
 * Lines are written in groups; `flush` at the end loses none.
 * @param through what stands before the output of one of several processes that write to the same place
 */
export async function makeLog({ format, level }: LogOptions, through?: (to: DestinationStream) => DestinationStream): Promise<ProgramLog> {
  const between = through ?? (to => to)
  const { pid } = process
  if (format === 'text' || (format === undefined && process.stdout.isTTY)) {
    const { prettyFactory } = await import('pino-pretty')
    const asText = prettyFactory({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' })
    const output = new LogOutput({ fd: 1, groupLength: 0, pieceLength, lost: lines => `${lostLines(lines)}\n` })
    return { logger: pino({ level }, between({ write: line => output.write(asText(line)) })), flush: output.flush }
  }
  const lengths = through === undefined ? { groupLength, pieceLength: longestPiece } : { groupLength: pieceLength / 2, pieceLength }
  const output = new LogOutput({
    fd: 1,
    ...lengths,
    lost: lines => `${JSON.stringify({ level: warning, time: Date.now(), pid, msg: lostLines(lines) })}\n`,
  })
  return { logger: pino({ level, base: { pid } }, between(output)), flush: output.flush }
}

function lostLines(lines: number): string {
  return `${lines} lines of the log were left out: nothing took them`
}
