/** One server-sent event, decoded only as far as someone asks. */

import { JsonDocument } from '../document/document.ts'
import { readFields, startsWith, type Fields } from './fields.ts'

const space = 0x20
const dataField = 'data: '

/** The bytes of one event with its blank line. The JSON in it can be edited; everything else stays as it was received. */
export class StreamEvent {
  /** As received, the blank line included (which the last event of a stream may lack). */
  readonly bytes: Buffer
  #fields: Fields | undefined
  #data: string | undefined
  #document: JsonDocument | undefined
  #parsed = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The `event` field. */
  get name(): string | undefined {
    return this.#read().name
  }

  /** The `data` lines, joined by line feeds; `undefined` if there are none. */
  get data(): string | undefined {
    return this.#read().data.length === 0 ? undefined : (this.#data ??= this.#decode())
  }

  /** Whether there is any `data`. */
  get hasData(): boolean {
    return beginsWithData(this.bytes) || this.#read().data.length > 0
  }

  /** Whether the event says nothing: comments and blank lines. */
  get isComment(): boolean {
    if (beginsWithData(this.bytes)) return false
    const { name, data } = this.#read()
    return data.length === 0 && name === undefined
  }

  /** Whether this is the `[DONE]` with which OpenAI and its kin end a stream. */
  get isDone(): boolean {
    if (beginsWithData(this.bytes)) return startsWith(this.bytes, dataField.length, '[DONE]')
    const [first] = this.#read().data
    return first !== undefined && startsWith(this.bytes, first.start, '[DONE]')
  }

  /** The data as JSON, to be read and edited; `undefined` if it is none. */
  get document(): JsonDocument | undefined {
    if (!this.#parsed) {
      this.#parsed = true
      const json = this.isDone ? undefined : this.#json()
      this.#document = json === undefined ? undefined : JsonDocument.tryParse(json)
    }
    return this.#document
  }

  /** The data with the edits of `document`: cheaper than that where nobody edits, and all of it is wanted. Undefined where there is none. */
  get text(): string | undefined {
    return this.#document?.edited === true ? this.#document.render().toString() : this.data
  }

  /** How often it was edited. */
  get edits(): number {
    return this.#document?.edits ?? 0
  }

  /** Whether there is data that is neither JSON nor `[DONE]`. */
  get malformed(): boolean {
    return this.document === undefined && this.#read().data.length > 0 && !this.isDone
  }

  /** The bytes with the edits of `document` spliced in; the very buffer that was received if there are none. */
  render(): Buffer {
    const document = this.#document
    return document === undefined || !document.edited ? this.bytes : this.#splice(document.render())
  }

  #read(): Fields {
    return (this.#fields ??= readFields(this.bytes))
  }

  #decode(): string {
    return this.#read()
      .data.map(({ start, end }) => this.bytes.toString('utf8', start, end))
      .join('\n')
  }

  #json(): Buffer | undefined {
    const { data } = this.#read()
    const [only] = data
    if (only === undefined) return undefined
    return data.length === 1 ? this.bytes.subarray(only.start, only.end) : Buffer.from(this.data ?? '')
  }

  /** What stands between the first and the last `data` line goes with them, which no provider is known to send. */
  #splice(json: Buffer): Buffer {
    const { data } = this.#read()
    const lines = data.length > 1 ? Buffer.from(json.toString().replaceAll('\n', '\ndata: ')) : json
    const head = this.bytes.subarray(0, data[0]?.start)
    const foot = this.bytes.subarray(data.at(-1)?.end)
    return Buffer.concat([head, lines, foot])
  }
}

/** Most events do: their fields need not be found to know that they say something. */
function beginsWithData(bytes: Buffer): boolean {
  return startsWith(bytes, 0, dataField) && (bytes[dataField.length] ?? 0) > space
}
