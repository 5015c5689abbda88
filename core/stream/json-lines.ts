/** Cuts a stream of chunks into lines of JSON, however the chunks fall, and spells each as a server-sent event. */

import { gatewayError } from '../errors.ts'
import { joinedBytes } from '../joined-bytes.ts'
import { lineFeed } from './fields.ts'

const mostBytes = 16 * 1024 * 1024

/** The splitter of one stream of `application/x-ndjson`, or of what else vendors call it. */
export class JsonLines {
  #held: Buffer[] = []
  #heldBytes = 0

  /**
   * The events of all lines that are complete now, in one piece; `undefined` if there are none.
   * @throws GatewayError event_too_large
   */
  push(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf(lineFeed) + 1
    const lines = end === 0 ? undefined : this.#release(chunk.subarray(0, end))
    this.#hold(chunk.subarray(end))
    return lines === undefined ? undefined : events(lines)
  }

  /** What is left when the stream is over: a last line without its line feed. */
  rest(): Buffer | undefined {
    return events(this.#release())
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return
    this.#held.push(piece)
    this.#heldBytes += piece.length
    if (this.#heldBytes > mostBytes) throw gatewayError('event_too_large', `the stream has an event of more than ${mostBytes} bytes`)
  }

  #release(...last: readonly Buffer[]): Buffer {
    const lines = joinedBytes([...this.#held, ...last])
    this.#held = []
    this.#heldBytes = 0
    return lines
  }
}

/** Other line ends can stand in JSON only as white space. */
function events(lines: Buffer): Buffer | undefined {
  const said = lines
    .toString()
    .split('\n')
    .map(line => line.replaceAll('\r', ' ').trim())
    .filter(line => line !== '')
  return said.length === 0 ? undefined : Buffer.from(said.map(line => `data: ${line}\n\n`).join(''))
}
