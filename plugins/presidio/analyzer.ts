/** The analyzer of Presidio, asked over HTTP (its API: `POST /analyze`). */

import type { OptionsOf } from '../../core/index.ts'
import { settled, type Finding } from '../shared/guard/findings.ts'
import { Semaphore } from '../shared/guard/semaphore.ts'
import type { ServiceClient } from '../../core/upstream/service-client.ts'
import type { schema } from './schema.ts'

type Options = OptionsOf<typeof schema>

/** So many analyses run at once. */
const mostAtOnce = 8

export class Analyzer {
  readonly #client: ServiceClient
  readonly #headers: Readonly<Record<string, string>>
  readonly #question: object
  readonly #turns = new Semaphore(mostAtOnce)

  constructor(
    client: ServiceClient,
    { api_key: key, language, entities, score_threshold: threshold, allow_list: allowed, ad_hoc_recognizers: recognizers }: Options,
  ) {
    this.#client = client
    this.#headers = { 'content-type': 'application/json', accept: 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
    this.#question = {
      language,
      ...(entities.length === 0 ? {} : { entities }),
      ...(threshold === undefined ? {} : { score_threshold: threshold }),
      ...(allowed.length === 0 ? {} : { allow_list: allowed }),
      ...(recognizers.length === 0 ? {} : { ad_hoc_recognizers: recognizers }),
    }
  }

  /** @returns what was found, in order and apart @throws Error that says nothing of the text */
  find(text: string, signal: AbortSignal): Promise<readonly Finding[]> {
    return this.#turns.take(async () => {
      const { status, body } = await this.#client.post(Buffer.from(JSON.stringify({ text, ...this.#question })), this.#headers, signal)
      if (status !== 200) throw new Error(`the analyzer answered with status ${status}`)
      return settled(read(body).map(inUnits(text)))
    })
  }
}

interface Result {
  readonly entity_type: string
  readonly start: number
  readonly end: number
}

function read(body: Buffer): readonly Result[] {
  let results: unknown
  try {
    results = JSON.parse(body.toString())
  } catch {
    throw new Error('the analyzer did not answer with JSON')
  }
  if (Array.isArray(results) && results.every(isResult)) return results
  throw new Error('the analyzer did not answer with a list of results')
}

function isResult(result: unknown): result is Result {
  const { entity_type: entity, start, end } = (result ?? {}) as Partial<Record<keyof Result, unknown>>
  return typeof entity === 'string' && Number.isInteger(start) && Number.isInteger(end) && (start as number) >= 0 && (start as number) < (end as number)
}

/** The analyzer counts characters of Unicode, a text here is counted in units of UTF-16. */
function inUnits(text: string): (result: Result) => Finding {
  const places = /[\uD800-\uDBFF]/.test(text) ? unitsOf(text) : undefined
  const place = (character: number) => (places === undefined ? character : (places[character] ?? text.length))
  return ({ entity_type: entity, start, end }) => {
    if (place(end) > text.length) throw new Error('the analyzer found something behind the end of the text')
    return { entity, start: place(start), end: place(end) }
  }
}

/** Where each character of Unicode begins, and the end. */
function unitsOf(text: string): readonly number[] {
  const starts: number[] = []
  let at = 0
  for (const character of text) {
    starts.push(at)
    at += character.length
  }
  return [...starts, at]
}
