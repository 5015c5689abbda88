/** A multipart request: its leading fields are read, as far as `model`; then it flows on to the provider, its bytes as they came but for the model's value. */

import type { Readable } from 'node:stream'
import { gatewayError, GatewayError } from '../errors.ts'
import type { FormRules } from './rules.ts'
import { Rest } from './rest.ts'
import { FormScanner, type PartHead } from './scanner.ts'
import type { Upload } from './upload.ts'

/** What is held while `model` has not come: a file that stands before it, for example. OpenAI takes files of 25 MB. */
export const heldLimit = 32 * 1024 * 1024
/** What is read beyond `model` in search of further fields. */
const fieldLimit = 64 * 1024

/** A file, or a field, of a form that was collected. */
export interface CollectedPart {
  readonly name: string
  readonly filename: string | undefined
  readonly type: string | undefined
  readonly bytes: Buffer
}

interface Placed extends PartHead {
  contentEnd: number
  end: number
}

/** One part, by the places of its content: from the first, up to the second. */
export type FormSpan = Readonly<Pick<Placed, 'name' | 'filename' | 'type' | 'contentStart' | 'contentEnd'>>

/** Where bytes of the request are left out, and what stands there instead. */
interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface FormOptions {
  /** The content type, as the caller sent it. */
  readonly type: string
  readonly boundary: string
  readonly operation: string
  readonly rules: FormRules | undefined
  /** The last part has come. */
  ended?(form: Form): void
  /** The form turned out to be wrong while it flowed: whatever is under way must end. */
  failed(error: GatewayError): void
}

export class Form {
  /** The content type, as the caller sent it. */
  readonly type: string
  /** The fields so far, the last of each name; too long ones are left out. */
  readonly fields = new Map<string, string>()
  readonly #upload: Upload
  readonly #scanner: FormScanner
  readonly #rules: FormRules[]
  readonly #options: FormOptions
  readonly #names: string[] = []
  readonly #parts: Placed[] = []
  readonly #removed = new Set<string>()
  #chunks: Buffer[] = []
  #held = 0
  #current: PartHead | undefined
  #text: Buffer[] = []
  #textBytes = 0
  #hasEnded = false
  #hasFlowed = false
  /** Who waits for the leading fields, and then who takes the rest. */
  #waiting: { resolve(): void; reject(cause: GatewayError): void } | undefined
  #rest: Rest | undefined
  #collected: Promise<readonly CollectedPart[]> | undefined

  /** Reads a form as far as its model is known. @throws GatewayError */
  static async read(upload: Upload, options: FormOptions): Promise<Form> {
    const form = new Form(upload, options)
    await form.#lead()
    return form
  }

  private constructor(upload: Upload, options: FormOptions) {
    const { type, boundary, rules } = options
    this.type = type
    this.#upload = upload
    this.#options = options
    this.#rules = rules === undefined ? [] : [rules]
    this.#scanner = new FormScanner(boundary, {
      head: part => this.#begin(part),
      content: bytes => this.#content(bytes),
      end: (contentEnd, end) => this.#end(contentEnd, end),
    })
  }

  /** The parts that have come, and where their contents stand among the bytes of the request. */
  get parts(): readonly FormSpan[] {
    return this.#parts
  }

  /** Whether all of it is held: then it may be sent again. */
  get isWhole(): boolean {
    return this.#hasEnded && !this.#hasFlowed
  }

  /** Whether bytes have left that cannot be had again. */
  get isSpent(): boolean {
    return this.#hasFlowed
  }

  /** Leaves a field out of what is sent. */
  remove(name: string): void {
    this.#removed.add(name)
  }

  /** Adds rules that hold beside the dialect's; the parts that came already are judged at once. @throws GatewayError */
  hold(rules: FormRules): void {
    for (const part of this.#parts)
      rules.part?.(
        { name: part.name, filename: part.filename, text: part.filename === undefined ? this.fields.get(part.name) : undefined },
        this.#options.operation,
      )
    if (this.#hasEnded) rules.whole?.(this.#names, this.#options.operation)
    this.#rules.push(rules)
  }

  /** The number of bytes that `body` sends, where the caller declared theirs. */
  length(model: string): number | undefined {
    const { length } = this.#upload
    const all = this.#hasEnded ? this.#held : length
    return all === undefined ? undefined : all + this.#splices(model).reduce((sum, { from, to, text }) => sum + Buffer.byteLength(text) - (to - from), 0)
  }

  /**
   * What is sent: all at once if it is held, else a stream, which can be had once its bytes have begun to flow only that once.
   * @param model as the provider knows it
   * @param onFlow is called when the first bytes leave that cannot be had again
   */
  body(model: string, onFlow: () => void): Buffer | Readable {
    const held = () => spliced(this.#chunks, this.#splices(model))
    if (this.isWhole) return Buffer.concat(held())
    return new Rest(this.#upload, rest => {
      onFlow()
      for (const bytes of held()) rest.push(bytes)
      this.#chunks = []
      this.#flow(rest)
    })
  }

  /** The whole form, in memory, however often it is asked for. @throws GatewayError if it has more than `limitBytes`, or is broken */
  collect(limitBytes: number): Promise<readonly CollectedPart[]> {
    return (this.#collected ??= this.#collect(limitBytes))
  }

  async #collect(limitBytes: number): Promise<readonly CollectedPart[]> {
    const tooLarge = () => gatewayError('body_too_large', `this provider takes forms of ${limitBytes} bytes at most`)
    if (!this.#hasEnded) {
      const rest = new Rest(this.#upload, taker => this.#flow(taker))
      for await (const chunk of rest) {
        this.#chunks.push(chunk as Buffer)
        this.#held += (chunk as Buffer).length
        if (this.#held > limitBytes) throw tooLarge()
      }
      this.#hasFlowed = false
    }
    if (this.#held > limitBytes) throw tooLarge()
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = [bytes]
    return this.#parts.map(({ name, filename, type, contentStart, contentEnd }) => ({ name, filename, type, bytes: bytes.subarray(contentStart, contentEnd) }))
  }

  /** What nobody took is read and forgotten. */
  discard(): void {
    if (!this.#hasEnded) this.#upload.discard()
  }

  #lead(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#upload.start({
        data: chunk => this.#guard(() => this.#data(chunk)),
        end: () => this.#guard(() => this.#over()),
        failed: error => this.#fail(error),
      })
    })
  }

  #data(chunk: Buffer): void {
    this.#scanner.push(chunk)
    if (this.#rest !== undefined) return this.#rest.put(chunk)
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#waiting === undefined) return undefined // it was in the socket's hands already when the flow was halted
    if (this.#isLed()) return this.#halt()
    if (this.#held > heldLimit)
      throw gatewayError('body_too_large', `model does not come within the first ${heldLimit} bytes of the form: put it before the files`, { param: 'model' })
    return undefined
  }

  /** Whether the fields that the gateway reads have come, as far as it waits for them. */
  #isLed(): boolean {
    const model = this.#parts.find(({ name }) => name === 'model')
    return model !== undefined && (this.#current?.filename !== undefined || this.#held - model.end > fieldLimit)
  }

  #halt(): void {
    this.#upload.pause()
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  #flow(rest: Rest): void {
    this.#hasFlowed = true
    this.#rest = rest
    if (this.#hasEnded) rest.finish()
    else this.#upload.resume()
  }

  #over(): void {
    this.#scanner.end()
    for (const rules of this.#rules) rules.whole?.(this.#names, this.#options.operation)
    this.#hasEnded = true
    this.#options.ended?.(this)
    this.#halt()
    this.#rest?.finish()
  }

  #begin(part: PartHead): void {
    if (part.name === 'model' && this.#names.includes('model')) throw gatewayError('invalid_value', 'the form says model more than once', { param: 'model' })
    this.#current = part
    this.#names.push(part.name)
    this.#text = []
    this.#textBytes = 0
  }

  #content(bytes: Buffer): void {
    if (this.#current?.filename !== undefined) return
    this.#textBytes += bytes.length
    if (this.#textBytes <= fieldLimit) this.#text.push(bytes)
    else this.#text = []
  }

  #end(contentEnd: number, end: number): void {
    const part = this.#current
    if (part === undefined) return
    this.#current = undefined
    this.#parts.push({ ...part, contentEnd, end })
    const { name, filename } = part
    if (this.#rest !== undefined && this.#removed.has(name))
      throw gatewayError('invalid_value', `${name} must stand before the files of the form`, { param: name })
    const text = filename === undefined && this.#textBytes <= fieldLimit ? Buffer.concat(this.#text).toString() : undefined
    if (text !== undefined) this.fields.set(name, text)
    for (const rules of this.#rules) rules.part?.({ name, filename, text }, this.#options.operation)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#fail(cause instanceof GatewayError ? cause : gatewayError('internal_error', 'The gateway failed', { cause }))
    }
  }

  #fail(error: GatewayError): void {
    this.#upload.discard()
    if (this.#waiting !== undefined) return this.#waiting.reject(error)
    this.#options.failed(error)
    this.#rest?.destroy(error)
  }

  /** Only what is held can be changed; the model is. */
  #splices(model: string): readonly Splice[] {
    return this.#parts.flatMap(({ name, start, contentStart, contentEnd, end }) => {
      if (end > this.#held) return []
      if (name === 'model') return this.fields.get('model') === model ? [] : [{ from: contentStart, to: contentEnd, text: model }]
      return this.#removed.has(name) ? [{ from: start, to: end, text: '' }] : []
    })
  }
}

/** The bytes with every splice made. @param splices in their order */
function spliced(chunks: readonly Buffer[], splices: readonly Splice[]): Buffer[] {
  if (splices.length === 0) return [...chunks]
  const bytes = Buffer.concat(chunks)
  const pieces: Buffer[] = []
  let at = 0
  for (const { from, to, text } of splices) {
    pieces.push(bytes.subarray(at, from), Buffer.from(text))
    at = to
  }
  pieces.push(bytes.subarray(at))
  return pieces.filter(({ length }) => length > 0)
}
