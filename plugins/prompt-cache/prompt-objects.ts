/** The objects in which providers keep the beginnings of prompts: made once for all calls that begin alike, with one key. */

import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock, JsonDocument, Target } from '../../core/index.ts'
import type { PromptObject } from '../../core/neutral/prompt-caching.ts'
import { openCall, wholeBody } from '../../core/upstream/open-call.ts'
import { readObject } from '../../core/upstream/translation/read-json.ts'

export interface WantedObject {
  readonly target: Target
  /** The provider key of the call: what one made, another does not find. */
  readonly key: string | undefined
  readonly object: PromptObject
  /** As it goes to the provider. */
  readonly body: JsonDocument
  readonly requestId: string
}

export interface KeptObject {
  /** Undefined if the provider did not make it. */
  readonly name: Promise<string | undefined>
  /** It is not there any more. */
  forget(): void
}

interface Entry {
  readonly name: Promise<string | undefined>
  /** Monotonic milliseconds. */
  until: number
}

const ttlSeconds = 300
/** A call that names it may take its time to get there. */
const usedMs = (ttlSeconds - 15) * 1000
/** How long nobody tries again what has failed. */
const failedMs = 60_000
/** How long a call waits for it. */
const patienceMs = 15_000
const longestReply = 1024 * 1024
const mostObjects = 1000

export class PromptObjects {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #entries = new LRUCache<string, Entry>({ max: mostObjects })

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  /** What the provider keeps of this body; it makes it now if it has none. Undefined if there is nothing to keep. Whoever asks meanwhile waits for the same. */
  keep(wanted: WantedObject): KeptObject | undefined {
    const {
      target: { provider, model },
      key,
      object,
      body,
    } = wanted
    const json = object.make(body, provider.destination(model), ttlSeconds)
    if (json === undefined) return undefined
    const id = createHash('sha256')
      .update(JSON.stringify([provider.name, key ?? '', json]))
      .digest('base64')
    const entry = this.#known(id) ?? this.#add(id, this.#make(wanted, json))
    return {
      name: entry.name,
      forget: () => {
        if (this.#entries.peek(id) === entry) this.#entries.delete(id)
      },
    }
  }

  #known(id: string): Entry | undefined {
    const entry = this.#entries.get(id)
    return entry !== undefined && this.#clock.elapsed() < entry.until ? entry : undefined
  }

  #add(id: string, name: Entry['name']): Entry {
    const entry = { name, until: this.#clock.elapsed() + usedMs }
    this.#entries.set(id, entry)
    void name.then(made => {
      if (made === undefined) entry.until = this.#clock.elapsed() + failedMs
    })
    return entry
  }

  /** Never rejects: without it the call leaves as it is. */
  async #make({ target: { provider }, key, object, requestId }: WantedObject, json: string): Promise<string | undefined> {
    const ending = new AbortController()
    const timer = this.#clock.after(patienceMs, () => ending.abort(new Error(`it took longer than ${patienceMs / 1000} s`)))
    try {
      const reply = await openCall(
        provider,
        { operation: object.operation, body: { type: 'application/json', bytes: Buffer.from(json) }, key, requestId, signal: ending.signal },
        this.#clock,
      )
      return object.nameIn(readObject(await wholeBody(reply, longestReply, provider.name), provider.name))
    } catch (cause) {
      this.#log.warn({ err: cause, provider: provider.name }, 'the provider keeps no prompt: calls leave without')
      return undefined
    } finally {
      timer.cancel()
    }
  }
}
