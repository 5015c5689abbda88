/** The memory of one stream: its numbers, its items, and what was said of each text, so that later events repeat what has left and not what came. */

import { unseal } from '../../../core/document/carried.ts'
import { JsonError, type JsonDocument } from '../../../core/document/document.ts'
import { stringOf } from '../../../core/document/readings.ts'
import type { GatewayError } from '../../../core/errors.ts'
import type { StreamFormat, StreamText } from '../../../core/plugin/dialect.ts'
import type { StreamEvent } from '../../../core/stream/event.ts'
import { NodeText } from '../../../core/stream/node-text.ts'
import { OpenItems } from './open-items.ts'
import { pieceOf, placesOf, type EventPlaces, type TextPlace } from './places.ts'
import { errorEvent, sequenceOf, spellEvent } from './spelling.ts'

/** A text, as the provider sent it and as it left. */
interface Said {
  came: string
  left: string
}

/** What is done with the places of the event that is being looked at. */
interface Reading {
  readonly event: StreamEvent
  readonly document: JsonDocument
  /** Texts that policy sees: pieces, and texts that were not said before. */
  readonly offered: readonly PlacedText[]
  /** Texts that were said before. */
  readonly repeated: readonly TextPlace[]
  readonly ends: readonly string[]
}

const nothing: readonly never[] = []

/** The functions of the stream format for one stream. What is not here, the format without a memory knows. */
export class StreamMemory implements Pick<StreamFormat, 'texts' | 'ends' | 'text' | 'leave' | 'cut' | 'failure'> {
  readonly #said = new Map<string, Said>()
  readonly #items = new OpenItems()
  #reading: Reading | undefined
  /** The number of the last event that left. */
  #last: number | undefined

  texts(event: StreamEvent): readonly StreamText[] {
    return this.#read(event)?.offered ?? nothing
  }

  ends(event: StreamEvent): readonly string[] {
    return event.isDone ? ['*'] : (this.#read(event)?.ends ?? nothing)
  }

  /** One more piece of a text, before the event that ends it. */
  text(like: StreamEvent, key: string, text: string): string {
    this.#grow(key, text)
    const piece = pieceOf(key)
    const root = like.document?.root
    if (piece === undefined) return this.#again(like, key, text)
    const { kind, item, part } = piece
    return spellEvent(`${kind.stem}.delta`, this.#next(), {
      item_id: this.#items.id(item) ?? stringOf(root?.get('item_id')),
      output_index: item,
      ...(kind.index === undefined ? {} : { [kind.index]: part }),
      delta: text,
      ...(kind.stem === 'response.output_text' ? { logprobs: [] } : {}),
    })
  }

  leave(event: StreamEvent): void {
    try {
      const reading = this.#read(event)
      if (reading !== undefined) this.#leave(reading)
    } catch (cause) {
      if (!(cause instanceof JsonError)) throw cause
    }
  }

  /** Ends what is open with what has left of it, and the response. */
  cut(like: StreamEvent | undefined): string {
    const number = () => this.#next()
    return this.#items.cut(like?.document?.root, number, key => this.#said.get(key)?.left ?? '')
  }

  failure(error: GatewayError, _requestId: string, last?: StreamEvent): string {
    this.#last ??= sequenceOf(last?.document?.root)
    return errorEvent(error, this.#next())
  }

  /** The event that carried a text last, with this one in its place. */
  #again({ document, name }: StreamEvent, key: string, text: string): string {
    if (document === undefined) return ''
    const copy = document.fork()
    for (const place of placesOf(copy.root).places) new PlacedText(place, key, copy).rewrite(place.key === key ? text : '')
    copy.set(copy.root, 'sequence_number', String(this.#next()))
    return `${name === undefined ? '' : `event: ${name}\n`}data: ${copy.render().toString()}\n\n`
  }

  #next(): number {
    return (this.#last = (this.#last ?? -1) + 1)
  }

  #read(event: StreamEvent): Reading | undefined {
    if (this.#reading?.event === event) return this.#reading
    const { document } = event
    if (document === undefined) return undefined
    return (this.#reading = this.#sort(event, document, placesOf(document.root)))
  }

  /** Tells what is said for the first time from what is said again. */
  #sort(event: StreamEvent, document: JsonDocument, { places, ends }: EventPlaces): Reading {
    const offered: PlacedText[] = []
    const repeated: TextPlace[] = []
    for (const place of places) {
      const { key, isPiece } = place
      const text = place.node.string()
      if (text === '') continue
      const said = this.#said.get(key)
      if (said !== undefined && !isPiece) {
        if (said.came === text) repeated.push(place)
        else offered.push(new PlacedText(place, `${key}/again`, document))
      } else {
        if (said === undefined) this.#said.set(key, { came: text, left: '' })
        else said.came += text
        offered.push(new PlacedText(place, key, document))
      }
    }
    const whole = offered.filter(text => !text.place.isPiece && pieceOf(text.key) === undefined)
    return { event, document, offered, repeated, ends: [...ends, ...whole.map(({ key }) => key)] }
  }

  #leave({ document, offered, repeated }: Reading): void {
    for (const text of offered) {
      if (text.isAnother) this.#said.set(text.place.key, { came: text.came, left: text.text })
      else this.#grow(text.place.key, text.text)
    }
    for (const place of repeated) this.#repeat(place, document)
    this.#items.left(document.root)
    this.#number(document)
  }

  #grow(key: string, text: string): void {
    const said = this.#said.get(key)
    if (said === undefined) this.#said.set(key, { came: text, left: text })
    else said.left += text
  }

  #repeat(place: TextPlace, document: JsonDocument): void {
    const said = this.#said.get(place.key)
    if (said !== undefined && said.left !== said.came) new PlacedText(place, place.key, document).rewrite(said.left)
  }

  /** Events that were dropped or added leave no gap. */
  #number(document: JsonDocument): void {
    const own = sequenceOf(document.root)
    if (own === undefined) return
    const number = this.#last === undefined ? own : this.#last + 1
    if (number !== own) document.set(document.root, 'sequence_number', String(number))
    this.#last = number
  }
}

/** A text that can be rewritten. Where it changes, log probabilities go, which spell it out token by token, and its vendor's seal. */
class PlacedText extends NodeText {
  readonly place: TextPlace
  readonly came: string

  constructor(place: TextPlace, key: string, document: JsonDocument) {
    super(key, place.channel, document, place.node)
    this.place = place
    this.came = place.node.string()
  }

  /** The whole of a text that is not what its pieces were. */
  get isAnother(): boolean {
    return this.key !== this.place.key
  }

  get isWhole(): boolean {
    return !this.place.isPiece
  }

  get isPlain(): boolean {
    return this.place.isPlain
  }

  override rewrite(text: string): void {
    super.rewrite(text)
    const logprobs = this.place.owner.get('logprobs')
    if (logprobs?.kind === 'array') this.document.replace(logprobs, '[]')
    unseal(this.document, this.place.seal)
  }
}
