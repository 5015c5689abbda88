/** Cuts a stream of chunks into the binary frames of AWS, however the chunks fall, and spells each as a server-sent event. */

import { crc32 } from 'node:zlib'
import { gatewayError, type GatewayError } from '../errors.ts'
import { carriageReturn, lineFeed } from './fields.ts'

/** Two lengths and the checksum of both. */
const preludeBytes = 12
const crcBytes = 4
const leastBytes = preludeBytes + crcBytes
const mostBytes = 24 * 1024 * 1024

/** How many bytes a header's value takes, by its type; those of 6 (bytes) and 7 (text) say so themselves. */
const sizes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }
const bytesType = 6
const textType = 7

type Headers = ReadonlyMap<string, string>

/**
 * The splitter of one stream of `application/vnd.amazon.eventstream`. A frame of type `event` becomes an event with its name, its payload being the data;
 * an exception or error becomes an event named `exception` with the data `{"type", "message"}`.
 */
export class AwsFrames {
  #held: Buffer[] = []
  #heldBytes = 0
  /** So many bytes must be there before anything can be read. */
  #needed = preludeBytes
  #failure: GatewayError | undefined

  /**
   * The events of all frames that are complete now, in one piece; `undefined` if there are none. What came before a damaged frame is
   * handed out first; the call after that throws.
   * @throws GatewayError stream_incomplete, if a checksum or a length is wrong
   */
  push(chunk: Buffer): Buffer | undefined {
    if (this.#failure !== undefined) throw this.#failure
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    return this.#heldBytes < this.#needed ? undefined : this.#read(this.#held.length === 1 ? chunk : Buffer.concat(this.#held))
  }

  /** What is left when the stream is over: nothing that can be read, since a frame that was cut is none. @throws GatewayError as `push` would */
  rest(): undefined {
    if (this.#failure !== undefined) throw this.#failure
  }

  #read(bytes: Buffer): Buffer | undefined {
    const events: Buffer[] = []
    let at = 0
    try {
      for (this.#needed = neededAt(bytes, at); at + this.#needed <= bytes.length; this.#needed = neededAt(bytes, at)) {
        events.push(...eventOf(bytes.subarray(at, at + this.#needed)))
        at += this.#needed
      }
    } catch (cause) {
      this.#failure = cause as GatewayError
      if (events.length === 0) throw cause
    }
    this.#heldBytes = bytes.length - at
    this.#held = this.#heldBytes === 0 ? [] : [bytes.subarray(at)]
    return events.length === 0 ? undefined : Buffer.concat(events)
  }
}

/** The length of the frame that begins here, once its prelude is there; until then that of the prelude. */
function neededAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < preludeBytes) return preludeBytes
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) throw damaged("the checksum of a frame's lengths is wrong")
  const total = bytes.readUInt32BE(at)
  if (total < leastBytes || total > mostBytes || bytes.readUInt32BE(at + 4) > total - leastBytes) throw damaged(`a frame claims a length of ${total} bytes`)
  return total
}

/** The pieces of the event that a whole frame becomes; none for a frame of a kind that nobody knows. */
function eventOf(frame: Buffer): readonly Buffer[] {
  const end = frame.length - crcBytes
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw damaged('the checksum of a frame is wrong')
  const behindHeaders = preludeBytes + frame.readUInt32BE(4)
  const headers = headersOf(frame.subarray(preludeBytes, behindHeaders))
  const payload = frame.subarray(behindHeaders, end)
  switch (headers.get(':message-type')) {
    case 'event':
      return spelled(headers.get(':event-type') ?? '', payload)
    case 'exception':
      return spelled('exception', exception(headers.get(':exception-type'), messageOf(payload)))
    case 'error':
      return spelled('exception', exception(headers.get(':error-code'), headers.get(':error-message') ?? messageOf(payload)))
    default:
      return []
  }
}

function headersOf(block: Buffer): Headers {
  const headers = new Map<string, string>()
  for (let at = 0; at < block.length;) {
    const nameEnd = at + 1 + (block[at] ?? 0)
    const type = block[nameEnd] ?? -1
    const hasLength = type === bytesType || type === textType
    const start = nameEnd + (hasLength ? 3 : 1)
    const end = start + (hasLength && start <= block.length ? block.readUInt16BE(nameEnd + 1) : (sizes[type] ?? Number.NaN))
    if (!(end <= block.length)) throw damaged('the headers of a frame cannot be read')
    if (type === textType) headers.set(block.toString('utf8', at + 1, nameEnd), block.toString('utf8', start, end))
    at = end
  }
  return headers
}

function spelled(name: string, payload: Buffer): readonly Buffer[] {
  return [Buffer.from(`event: ${name.replaceAll(/[\r\n]/g, ' ')}\ndata: `), payload.length === 0 ? Buffer.from('{}') : onOneLine(payload), Buffer.from('\n\n')]
}

/** Line ends can stand in JSON only as white space. */
function onOneLine(json: Buffer): Buffer {
  return json.includes(lineFeed) || json.includes(carriageReturn) ? Buffer.from(json.toString().replaceAll(/[\r\n]/g, ' ')) : json
}

function exception(type: string | undefined, message: string): Buffer {
  return Buffer.from(JSON.stringify({ type: type ?? 'UnknownException', message }))
}

/** `message` or `Message` of a JSON payload, else its text. */
function messageOf(payload: Buffer): string {
  const text = payload.toString()
  try {
    const { message, Message } = JSON.parse(text) as { message?: unknown; Message?: unknown }
    const said = message ?? Message
    return typeof said === 'string' ? said : ''
  } catch {
    return text
  }
}

function damaged(what: string): GatewayError {
  return gatewayError('stream_incomplete', `the provider's stream is damaged: ${what}`)
}
