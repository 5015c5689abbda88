/** The trace between callers, the gateway and providers: taken up from headers, and passed on in them. */

import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, type Context } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Exchange } from '../../core/index.ts'
import { HeaderEdits } from '../../core/upstream/headers/header-edits.ts'
import type { Options } from './settings.ts'

export class Propagation {
  readonly #propagator: W3CTraceContextPropagator | undefined
  /** Headers of callers that do not go on as they came. */
  readonly #replaced: readonly string[]

  constructor(propagators: Options['propagators']) {
    this.#propagator = propagators.includes('tracecontext') ? new W3CTraceContextPropagator() : undefined
    this.#replaced = ['traceparent', 'tracestate', ...(propagators.includes('baggage') ? [] : ['baggage'])]
  }

  /** The trace that the caller is in, if it is in one. */
  parentOf({ request: { headers } }: Exchange): Context {
    return this.#propagator?.extract(ROOT_CONTEXT, headers, defaultTextMapGetter) ?? ROOT_CONTEXT
  }

  /** Headers that say the trace. */
  headersOf(context: Context): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {}
    this.#propagator?.inject(context, headers, defaultTextMapSetter)
    return headers
  }

  /** For a call that is made in this trace. */
  editsFor(context: Context): HeaderEdits {
    return new HeaderEdits({ remove: this.#replaced, set: this.headersOf(context) })
  }
}
