/** What each step of policy did with one exchange: kept only where somebody asks for it. */

import { GatewayError } from '../errors.ts'
import { isPromise } from '../promise.ts'
import { Reply } from '../upstream/reply.ts'
import type { Exchange } from './exchange.ts'
import type { PhaseName } from './plan/step.ts'
import { Warning } from './warning.ts'

/** One tap that was asked on `prompt` or `response`, or a strategy that was asked on `route`. */
export interface TapOutcome {
  readonly phase: PhaseName
  readonly instance: string
  /** Its answer, refusal or warning, if it gave one. */
  readonly said: Reply | GatewayError | Warning | undefined
  readonly durationMs: number
  /** The body as the tap left it; undefined if it edited nothing. */
  readonly edited: Buffer | undefined
  /** On `route`, by a strategy of virtual models: the target that it chose, as the virtual model names it. */
  readonly target?: string | undefined
}

export type PolicyAction = 'allow' | 'warn' | 'block' | 'respond'

/** What a tap did by what it said. */
export function actionOf(said: TapOutcome['said']): PolicyAction {
  if (said instanceof GatewayError) return 'block'
  if (said instanceof Warning) return 'warn'
  return said instanceof Reply ? 'respond' : 'allow'
}

/** What one tap made of the events of a stream. */
export interface StreamEdits {
  /** Events that left as something else than they came. */
  readonly replaced: number
  readonly dropped: number
}

const noEdits: StreamEdits = { replaced: 0, dropped: 0 }

export class Trace {
  readonly outcomes: TapOutcome[] = []
  /** By the names of the instances; those that changed no event are missing. */
  readonly streamEdits = new Map<string, StreamEdits>()
  /** What policies changed in the headers of the calls, each in its name and without secrets. */
  readonly headerRevisions: { readonly rewriter: string; readonly detail: object }[] = []
  /** Who refused an event of the stream. */
  refusedStream: { readonly instance: string; readonly refusal: GatewayError } | undefined
  readonly #keepsBodies: boolean

  /** @param options without bodies, an edit is known to have been made, and not what it made: `edited` is empty then */
  constructor({ keepsBodies = true }: { readonly keepsBodies?: boolean } = {}) {
    this.#keepsBodies = keepsBodies
  }

  /** An event of the stream became another by what an instance did, or nothing. */
  noteEvent(instance: string, what: keyof StreamEdits): void {
    const known = this.streamEdits.get(instance) ?? noEdits
    this.streamEdits.set(instance, { ...known, [what]: known[what] + 1 })
  }

  /** Asks a tap, and keeps what came of it once that is known. */
  around<Said>(exchange: Exchange, phase: PhaseName, instance: string, ask: () => Said): Said {
    const startedAt = exchange.clock.elapsed()
    const before = editsOf(exchange, phase)
    const ended = (said: unknown) => {
      const edited = editsOf(exchange, phase) === before ? undefined : this.#keepsBodies ? bodyOf(exchange, phase) : noBody
      this.outcomes.push({ phase, instance, said: said as TapOutcome['said'], durationMs: exchange.clock.elapsed() - startedAt, edited })
    }
    let said: Said
    try {
      said = ask()
    } catch (cause) {
      ended(undefined)
      throw cause
    }
    if (isPromise(said)) said.then(ended, () => ended(undefined))
    else ended(said)
    return said
  }
}

const noBody = Buffer.alloc(0)

function editsOf({ body, reply }: Exchange, phase: PhaseName): number {
  return (phase === 'prompt' ? body?.edits : reply?.edits) ?? 0
}

function bodyOf({ body, reply }: Exchange, phase: PhaseName): Buffer | undefined {
  return phase === 'prompt' ? body?.render() : reply?.body
}
