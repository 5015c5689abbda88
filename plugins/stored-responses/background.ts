/** Responses that a provider still works at: what is stored of them follows what he says. */

import { inputItems, JsonDocument, keptItems, type Conversations, type Exchange, type KeptItem } from '../../core/index.ts'
import { isUnderWay, itemsOf, type StoredResponse } from './record.ts'
import type { FoundResponse, ResponseStore } from './store.ts'

export class Background {
  readonly #store: ResponseStore
  readonly #conversations: Conversations

  constructor(store: ResponseStore, conversations: Conversations) {
    this.#store = store
    this.#conversations = conversations
  }

  /** Replaces the stored copy; whoever sees the response completed first puts it into its conversation. Fails for nobody. */
  async refresh(exchange: Exchange, found: FoundResponse, now: Pick<StoredResponse, 'response' | 'status'>): Promise<void> {
    const isOver = !isUnderWay(now.status)
    const value = { ...found.value, ...now, ...isOver ? { is_append_due: false } : {} }
    const wasWritten = await this.#store.refresh(found, value)
    if (!wasWritten || !isOver || !found.value.is_append_due) return
    await this.#append(exchange, found, value).catch((cause: unknown) => exchange.log.error({ err: cause, conversation: value.conversation?.id }, 'a background response could not be put into its conversation'))
  }

  async #append({ caller }: Exchange, { id }: FoundResponse, value: StoredResponse): Promise<void> {
    if (value.conversation === null || value.status !== 'completed' && value.status !== 'incomplete') return
    const conversation = await this.#conversations.open(value.conversation.id, caller)
    await conversation?.append(wholeTurn(id, value))
  }
}

function wholeTurn(id: string, value: StoredResponse): readonly KeptItem[] {
  const { response, provider_type: issuer } = value
  const output = inputItems(JsonDocument.parse(Buffer.from(response)).root.get('output'))
  return [...itemsOf(id, value), ...keptItems(output, `${id}/output`, issuer)]
}
