/** Compiled schemas: each once, the last ones kept. */

import { Ajv2020, type ErrorObject, type Options } from 'ajv/dist/2020.js'
import { LRUCache } from 'lru-cache'
import { createContext, Script } from 'node:vm'
import type { TextTest } from '../../core/index.ts'

/** Callers send schemas of their own: what they may cost is bounded. */
const mostKept = 200
const longestSchema = 64 * 1024
/** A short schema may take for ever: each of its definitions may ask for the next one twice. */
const longestCheckMs = 250

/** What is wrong with a text: `json` if it is none, else the keyword of the schema that it fails; undefined if it matches. */
export interface Fault {
  readonly keyword: string
  /** For the model that repairs. */
  readonly words: string
}

export type Validate = (text: string) => Fault | undefined

/** A schema of a caller's takes too long. */
export class TooSlow extends Error {}

export class Validators {
  readonly #options: Options
  /** Knows what a schema may say. */
  readonly #judge: Ajv2020
  readonly #kept = new LRUCache<string, { readonly validate: Validate | undefined }>({ max: mostKept })

  /** @param regex the engine for `pattern`s: one that no text can stall */
  constructor(regex: (pattern: string) => TextTest) {
    // Two patterns that are spelled alike are one to Ajv.
    const regExp = Object.assign(
      (pattern: string) => {
        const compiled = regex(pattern)
        return { test: (text: string) => compiled.test(text), toString: () => pattern }
      },
      { code: '' },
    )
    this.#options = { strict: false, validateFormats: false, addUsedSchema: false, logger: false, code: { regExp } }
    this.#judge = new Ajv2020(this.#options)
  }

  /** For schemas of callers. @returns undefined for one that cannot be used; else what throws TooSlow where that turns out late, and is not returned again */
  of(schema: object): Validate | undefined {
    const key = JSON.stringify(schema)
    const known = this.#kept.get(key)
    if (known !== undefined) return known.validate
    const matches = key.length > longestSchema ? undefined : this.#try(JSON.parse(key) as object)
    const validate = matches === undefined ? undefined : inTime(matches, () => this.#kept.set(key, { validate: undefined }))
    this.#kept.set(key, { validate })
    return validate
  }

  /** @throws Error saying what is wrong with the schema */
  compile(schema: object): Validate {
    // Which version a schema names makes no difference to what is used of it.
    const { $schema: _, ...own } = schema as Readonly<Record<string, unknown>>
    if ('$async' in own) throw new Error('an asynchronous schema cannot be used')
    void this.#judge.validateSchema(own, true)
    // Each has its own, which goes with it: Ajv keeps what it compiles for as long as it lives, and `removeSchema` does not change that.
    const matches = new Ajv2020({ ...this.#options, validateSchema: false }).compile(own)
    return text => {
      const parsed = parse(text)
      if (parsed === undefined) return { keyword: 'json', words: 'it is not JSON' }
      return matches(parsed.value) ? undefined : faultOf(matches.errors?.[0])
    }
  }

  #try(schema: object): Validate | undefined {
    try {
      return this.compile(schema)
    } catch {
      return undefined
    }
  }
}

const timed = createContext({ check: () => undefined as Fault | undefined })
const checking = new Script('check()')

function inTime(validate: Validate, overran: () => void): Validate {
  return text => {
    timed['check'] = () => validate(text)
    try {
      return checking.runInContext(timed, { timeout: longestCheckMs }) as Fault | undefined
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
      overran()
      throw new TooSlow(`the schema took longer than ${longestCheckMs} ms`, { cause })
    }
  }
}

function faultOf(error: ErrorObject | undefined): Fault {
  return { keyword: error?.keyword ?? 'false schema', words: `${error?.instancePath === '' ? 'the value' : error?.instancePath} ${error?.message}` }
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}
