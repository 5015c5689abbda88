/** What was said before: the items of stored responses and conversations, as they go before a request's own. */

import { gatewayError, type Caller, type Conversations } from '../../core/index.ts'
import { withoutId, type KeptItem } from '../../core/neutral/kept-items.ts'
import { isUnderWay, itemsOf } from './record.ts'
import { outputOf, type FoundResponse, type ResponseStore } from './store.ts'

/** Longer chains are not followed. */
const mostLinks = 10_000

/** An item of the past, and whose state it may hold. */
export type PastItem = Pick<KeptItem, 'json' | 'issuer'>

export interface PastSources {
  readonly store: ResponseStore
  readonly conversations: Conversations
}

/**
 * Everything that was said until a response was complete, in order.
 * @throws GatewayError 400 if a link of the chain is gone, or not complete
 */
export async function pastOf(last: FoundResponse, caller: Caller | undefined, { store, conversations }: PastSources): Promise<readonly PastItem[]> {
  const turns: (readonly PastItem[])[] = []
  let link: FoundResponse | undefined = last
  for (let n = 0; link !== undefined && n < mostLinks; n++) {
    const { value }: FoundResponse = link
    if (isUnderWay(value.status)) throw gatewayError('invalid_value', `the response '${link.id}' is not completed`, { param: 'previous_response_id' })
    turns.push(turnOf(link))
    if (value.conversation !== null) turns.push(await beginning(conversations, value.conversation, caller))
    link = value.previous === null ? undefined : await linked(store, value.previous, caller)
  }
  return turns.reverse().flat()
}

/** @returns the refusal of a response that nobody knows, or that is another's: nothing tells the one from the other */
export function unknownResponse(id: string): ReturnType<typeof gatewayError> {
  return gatewayError('invalid_value', `the response '${id}' is not known here`, { param: 'previous_response_id' })
}

function unknownBeginning(conversation: string): ReturnType<typeof gatewayError> {
  return gatewayError('invalid_value', `the conversation '${conversation}', in which the response was made, is not known here`, {
    param: 'previous_response_id',
  })
}

async function linked(store: ResponseStore, id: string, caller: Caller | undefined): Promise<FoundResponse> {
  const found = await store.find(id, caller)
  if (found === undefined) throw unknownResponse(id)
  return found
}

/** A response's own input, and its output. */
function turnOf({ id, value }: FoundResponse): readonly PastItem[] {
  const issuer = value.provider_type
  return [...itemsOf(id, value), ...outputOf(value)].map(({ json }) => ({ json: withoutId(json), issuer }))
}

async function beginning(
  conversations: Conversations,
  { id, length }: { readonly id: string; readonly length: number },
  caller: Caller | undefined,
): Promise<readonly PastItem[]> {
  const conversation = await conversations.open(id, caller)
  if (conversation === undefined) throw unknownBeginning(id)
  return past(await conversation.items(length))
}

/** The items of a conversation, as they are sent again. */
export function past(items: readonly KeptItem[]): readonly PastItem[] {
  return items.map(({ json, issuer }) => ({ json: withoutId(json), issuer }))
}
