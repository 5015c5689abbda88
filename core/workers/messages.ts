/** What the first process and its workers say to each other. */

import type { ConfigInput, ReadFrom } from '../config/load.ts'
import type { Texts } from '../config/sources/kept-texts.ts'
import type { ServedFacts } from '../gateway/served.ts'

/** What a worker begins with, asked as `begin`. */
export interface Beginning {
  readonly flags: ConfigInput['flags']
  /** What the configuration is read from: the same for all workers. */
  readonly texts: Texts
  /** The files of the configuration that served before, as the first process reads them anew. */
  readonly previous: ReadFrom | undefined
  /** Another worker says what all would. */
  readonly isQuiet: boolean
}

/** Asked as `prepare`; `take` or `drop` follows. */
export type Preparation = Omit<Beginning, 'flags'>

/** The answer to `begin` and `take`: what serves from then on. */
export interface Serving {
  readonly facts: ServedFacts
  /** Of what it was made. */
  readonly files: readonly string[]
  /** Those of them that its settings were read from. */
  readonly from: ReadFrom
}

/** What one worker asks all others: `others` at the first process, `asked` at each of them. */
export interface AskedOfAll {
  readonly what: string
  readonly question: unknown
  readonly withinMs: number
}

/** The same of what all count, asked as `gather`. */
export interface Gathering extends AskedOfAll {
  /** What the worker that asks counted. */
  readonly own: unknown
}

export interface Gathered {
  readonly others: readonly unknown[]
  /** What those said last that are gone. */
  readonly gone: readonly unknown[]
}

/** What one of them said; nothing if it could not. */
export interface Said {
  readonly answer?: unknown
}
