/** Responses that providers keep themselves: asked of the one that is known to have it, or of each in turn. */

import { gatewayError, JsonDocument, type Clock, type Exchange, type ProviderInstance } from '../../core/index.ts'
import { isElsewhere } from '../shared/objects/gone.ts'
import { openCall, wholeBody, type ObjectRequest } from '../../core/upstream/open-call.ts'
import type { LifecycleQuery } from './query.ts'
import type { FoundResponse } from './store.ts'

/** What is held of an answer. */
const heldBytes = 64 * 1024 * 1024

export type LifecycleOperation = 'responses_get' | 'responses_delete' | 'responses_cancel' | 'responses_input_items'

/** Who asks, and how long they wait. */
export interface Asker {
  readonly requestId: string
  readonly userPath: string
  /** 0 is without limit. */
  readonly limitMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

export function askerOf({
  plan: {
    limits: { totalMs },
  },
  clock,
  signal,
  id,
  userPath,
}: Exchange): Asker {
  return { requestId: id, userPath, limitMs: totalMs, clock, signal }
}

export class NativeResponses {
  readonly #providers: ReadonlyMap<string, ProviderInstance>

  constructor(providers: ReadonlyMap<string, ProviderInstance>) {
    this.#providers = providers
  }

  /** The provider that keeps a stored response, and knows that operation; undefined if none does. */
  keeperOf({ value: { provider, upstream_id: id } }: FoundResponse, operation: LifecycleOperation): ProviderInstance | undefined {
    const keeper = provider === null || id === null ? undefined : this.#providers.get(provider)
    return keeper?.endpoint(operation) === undefined ? undefined : keeper
  }

  /** @throws GatewayError what the provider refused */
  async ask(
    asker: Asker,
    keeper: ProviderInstance,
    found: FoundResponse,
    operation: LifecycleOperation,
    query: ObjectRequest['query'] = {},
  ): Promise<JsonDocument> {
    const { upstream_id: id, key: fingerprint } = found.value
    const key = fingerprint === null ? undefined : keeper.keys.withFingerprint(fingerprint)
    return await call(asker, keeper, { operation, params: { id: id ?? found.id }, query, ...(key === undefined ? {} : { key }) })
  }

  /**
   * Asks those who may know a response that the gateway does not: the one that is named first, then the others in turn.
   * @returns the first who has it, and what it says; undefined if none has
   * @throws GatewayError what one of them refused for another reason, if none has it
   */
  async askAll(
    exchange: Exchange,
    id: string,
    operation: LifecycleOperation,
    { provider }: Pick<LifecycleQuery, 'provider'>,
    query: ObjectRequest['query'] = {},
  ): Promise<{ readonly keeper: ProviderInstance; readonly document: JsonDocument } | undefined> {
    let refusal: unknown
    for (const keeper of this.#inTurn(provider, operation)) {
      try {
        return { keeper, document: await call(askerOf(exchange), keeper, { operation, params: { id }, query }) }
      } catch (cause) {
        exchange.throwIfStopped()
        if (!isElsewhere(cause)) refusal ??= cause
      }
    }
    if (refusal !== undefined) throw refusal
    return undefined
  }

  #inTurn(named: string | undefined, operation: LifecycleOperation): readonly ProviderInstance[] {
    const all = [...this.#providers.values()]
    const first = named === undefined ? undefined : (this.#providers.get(named) ?? all.find(({ type }) => type === named))
    if (named !== undefined && first === undefined) throw gatewayError('invalid_value', `unknown provider: ${named}`, { param: 'provider' })
    const ordered = first === undefined ? all : [first, ...all.filter(other => other !== first)]
    return ordered.filter(one => one.endpoint(operation) !== undefined)
  }
}

async function call(asker: Asker, keeper: ProviderInstance, asked: ObjectRequest): Promise<JsonDocument> {
  const body = await answerOf(asker, keeper, asked)
  try {
    const document = JsonDocument.parse(body)
    if (document.root.kind === 'object') return document
  } catch (cause) {
    throw gatewayError('bad_upstream_response', `${keeper.name} returned no JSON`, { provider: keeper.name, cause })
  }
  throw gatewayError('bad_upstream_response', `${keeper.name} returned no object`, { provider: keeper.name })
}

/** The whole answer, within the time that a call may take. */
async function answerOf({ limitMs, clock, signal, requestId, userPath }: Asker, keeper: ProviderInstance, asked: ObjectRequest): Promise<Buffer> {
  const overdue = new AbortController()
  const timer =
    limitMs > 0
      ? clock.after(limitMs, () =>
          overdue.abort(gatewayError('upstream_timeout', `${keeper.name} sent no complete response within ${limitMs / 1000} s`, { provider: keeper.name })),
        )
      : undefined
  try {
    const reply = await openCall(keeper, { ...asked, requestId, userPath, signal: AbortSignal.any([signal, overdue.signal]) }, clock)
    return await wholeBody(reply, heldBytes, keeper.name)
  } finally {
    timer?.cancel()
  }
}
