/** Responses that a provider still works at: what is stored of them follows what it says, and what they used is recorded when they are over. */

import { JsonDocument, type Clock, type Conversations, type Exchange, type ProviderInstance, type Usage, type UsageLedger } from '../../core/index.ts'
import { inputItems, keptItems, type KeptItem } from '../../core/neutral/kept-items.ts'
import { said, stringOf } from '../../core/document/readings.ts'
import { entryOf } from './charge.ts'
import { isUnderWay, itemsOf, type StoredResponse } from './record.ts'
import type { Review } from './review.ts'
import type { FoundResponse, ResponseStore } from './store.ts'

export interface BackgroundDeps {
  readonly store: ResponseStore
  readonly conversations: Conversations
  readonly providers: ReadonlyMap<string, ProviderInstance>
  /** Undefined where nobody records usage. */
  readonly usage: UsageLedger | undefined
  readonly clock: Clock
  readonly review: Review
}

/** In whose name it is asked after. */
export type Asking = Pick<Exchange, 'caller' | 'log'>

export class Background {
  readonly #deps: BackgroundDeps

  constructor(deps: BackgroundDeps) {
    this.#deps = deps
  }

  /**
   * Takes what the provider says now: the stored copy says it from now on, too, as policy lets it pass. Whoever sees the response over first records its usage, and puts it into its conversation.
   * @returns the response in JSON, under the id that the client knows @throws GatewayError if policy cannot tell now; then nothing changes
   */
  async take(asking: Asking, found: FoundResponse, document: JsonDocument, usage: Usage | undefined): Promise<string> {
    const reviewed = await this.#deps.review.ofStored(found, document)
    const { root } = reviewed
    if (stringOf(root.get('id')) !== found.id) reviewed.set(root, 'id', JSON.stringify(found.id))
    const { conversation } = found.value
    if (conversation !== null && said(root, 'conversation') === undefined) reviewed.set(root, 'conversation', JSON.stringify({ id: conversation.id }))
    const response = reviewed.render().toString()
    await this.#refresh(asking, found, { response, status: stringOf(root.get('status')) ?? found.value.status }, usage)
    return response
  }

  async #refresh(asking: Asking, found: FoundResponse, now: Pick<StoredResponse, 'response' | 'status'>, usage: Usage | undefined): Promise<void> {
    const isOver = !isUnderWay(now.status)
    const { charge, ...before } = found.value
    const value = { ...before, ...now, ...(isOver ? { is_append_due: false } : charge === undefined ? {} : { charge }) }
    const wasWritten = await this.#deps.store.refresh(found, value)
    if (!wasWritten || !isOver) return
    this.#record(found, now.status, usage)
    if (!found.value.is_append_due) return
    await this.#append(asking, found, value).catch((cause: unknown) =>
      asking.log.error({ err: cause, conversation: value.conversation?.id }, 'a background response could not be put into its conversation'),
    )
  }

  /** What was cancelled before it began used nothing, and its provider says so by saying nothing. */
  #record({ id, value: { charge, provider: name, upstream_id: upstreamId } }: FoundResponse, status: string, usage: Usage | undefined): void {
    const provider = name === null ? undefined : this.#deps.providers.get(name)
    if (charge === undefined || provider === undefined || usage === undefined) return
    this.#deps.usage?.record(entryOf(charge, { id, status, upstreamId, provider, usage, now: this.#deps.clock.now() }))
  }

  async #append({ caller }: Asking, { id }: FoundResponse, value: StoredResponse): Promise<void> {
    if (value.conversation === null || (value.status !== 'completed' && value.status !== 'incomplete')) return
    const conversation = await this.#deps.conversations.open(value.conversation.id, caller)
    await conversation?.append(wholeTurn(id, value))
  }
}

function wholeTurn(id: string, value: StoredResponse): readonly KeptItem[] {
  const { response, provider_type: issuer } = value
  const output = inputItems(JsonDocument.parse(Buffer.from(response)).root.get('output'))
  return [...itemsOf(id, value), ...keptItems(output, `${id}/output`, issuer)]
}
