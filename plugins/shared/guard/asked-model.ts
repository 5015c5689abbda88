/** A model that a guardrail asks: by calls of the gateway's own, which policy does not look at. */

import { isOverLimit } from '../../../core/errors.ts'
import type { Caller } from '../../../core/pipeline/caller.ts'
import type { Exchange } from '../../../core/pipeline/exchange.ts'
import type { Pipelines } from '../../../core/services/pipelines.ts'
import { traceHeadersFor } from '../../../core/upstream/headers/trace-headers.ts'
import type { Seen } from './whole-guard.ts'

export interface AskedModelFacts {
  /** The name of the instance that asks: its calls are counted under it. */
  readonly instance: string
  readonly model: string
  readonly provider?: string | undefined
  /** Under which the calls are counted; by default the caller's. */
  readonly userPath?: string | undefined
  readonly maxTokens: number
  readonly temperature?: number | undefined
}

/** What a model answered. Anything but `complete` has no text that counts. */
export interface ModelAnswer {
  readonly kind: 'complete' | 'truncated' | 'empty' | 'tool_call'
  readonly text: string
}

interface ChatChoice {
  readonly finish_reason?: string | null
  readonly message?: { readonly content?: string | null; readonly tool_calls?: readonly unknown[] | null }
}

export class AskedModel {
  readonly #pipelines: Pipelines
  readonly #facts: AskedModelFacts

  constructor(pipelines: Pipelines, facts: AskedModelFacts) {
    this.#pipelines = pipelines
    this.#facts = facts
  }

  /**
   * @param exchange on whose account the model is asked
   * @param signal ends the call
   * @throws GatewayError if a budget or a rate limit refuses the call; Error if it does not answer: it says nothing of what was asked
   */
  async ask({ exchange, signal }: Pick<Seen, 'exchange' | 'signal'>, instructions: string, text: string): Promise<ModelAnswer> {
    signal.throwIfAborted()
    const { model, provider, maxTokens, temperature } = this.#facts
    const body = {
      model,
      ...(provider === undefined ? {} : { provider }),
      max_tokens: maxTokens,
      ...(temperature === undefined ? {} : { temperature }),
      messages: [
        { role: 'system', content: instructions },
        { role: 'user', content: text },
      ],
    }
    const userPath = this.#userPathOf(exchange)
    const { session, labels } = exchange
    const answer = await this.#pipelines.call({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', ...traceHeadersFor(exchange) },
      body: Buffer.from(JSON.stringify(body)),
      caller: callerOf(exchange, userPath),
      userPath,
      labels,
      ...(session === undefined ? {} : { session }),
      origin: 'plugin',
      signal,
    })
    // On the caller's account, as their own call is: what refuses the one will refuse the other.
    if (isOverLimit(answer.error)) throw answer.error
    if (answer.status !== 200) throw new Error(`the model ${model} answered with status ${answer.status} (${codeOf(answer.body)}), request ${answer.requestId}`)
    return read(answer.body)
  }

  /** Below the path of the instance, or of the caller. */
  #userPathOf({ userPath }: Exchange): string {
    const { userPath: own = userPath, instance } = this.#facts
    // A colon cannot stand in a user path.
    return `${own === '/' ? '' : own}/guardrails/${instance.replaceAll(':', '-')}`
  }
}

/** The caller, who need not be allowed the model that judges them. */
function callerOf({ caller = { method: 'extension' } }: Exchange, userPath: string): Caller {
  const { allowedModels: _, admin: __, ...rest } = caller
  return { ...rest, userPath }
}

function codeOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { readonly error?: { readonly code?: unknown } }).error?.code)
  } catch {
    return 'no code'
  }
}

function read(body: Buffer): ModelAnswer {
  const [choice] = (JSON.parse(body.toString()) as { readonly choices?: readonly ChatChoice[] }).choices ?? []
  const text = choice?.message?.content?.trim() ?? ''
  if ((choice?.message?.tool_calls?.length ?? 0) > 0) return { kind: 'tool_call', text }
  if (choice?.finish_reason === 'length') return { kind: 'truncated', text }
  return { kind: text === '' ? 'empty' : 'complete', text }
}
