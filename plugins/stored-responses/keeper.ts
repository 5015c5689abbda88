/** Keeps an answer as it is about to leave: in the store, and in the conversation that it continues. */

import { gatewayError, slot, type Exchange, type GatewayError, type OpenConversation, type StreamEvent } from '../../core/index.ts'
import { Beginning } from './beginning.ts'
import { isKept, isUnderWay } from './record.ts'
import type { Resolved } from './references.ts'
import type { Resolver } from './resolver.ts'
import { answerIn, nameReferences, outputItems, ownItems, keptOf, type Answer } from './snapshot.ts'
import type { ResponseStore } from './store.ts'

type Refusal = GatewayError | undefined

export class Keeper {
  readonly #store: ResponseStore
  readonly #resolver: Resolver
  readonly #beginnings = slot<Beginning>()

  constructor(store: ResponseStore, resolver: Resolver) {
    this.#store = store
    this.#resolver = resolver
  }

  /** Whether anything becomes of an answer: else it need not be read. */
  isConcerned(exchange: Exchange): boolean {
    return exchange.operation === 'responses' && (this.#resolver.of(exchange) !== undefined || wantsStore(exchange))
  }

  /** Keeps a plain answer. @returns a refusal, if the conversation could not take it */
  keepReply(exchange: Exchange): Promise<Refusal> | Refusal {
    const { reply } = exchange
    if (reply?.status !== 200 || !this.isConcerned(exchange)) return undefined
    const { document } = reply
    return this.#keep(exchange, document === undefined ? undefined : answerIn(document, document.root))
  }

  /** A stream is about to be asked for: one that runs in the background goes on when its caller has left. */
  watch(exchange: Exchange): void {
    if (!exchange.streamed || !isInBackground(exchange) || !this.isConcerned(exchange)) return
    const beginning = new Beginning()
    exchange.copyTo(beginning.take)
    this.#beginnings.set(exchange, beginning)
  }

  /** Keeps what was begun in the background, and not seen to its end, as it began: it is asked after from then on. */
  keepBegun(exchange: Exchange): void {
    const beginning = this.#beginnings.get(exchange)
    const document = beginning === undefined || beginning.hasEnded ? undefined : beginning.event?.document
    const answer = document === undefined ? undefined : answerIn(document, document.root.get('response'))
    if (answer !== undefined && isUnderWay(answer.status)) void this.#keep(exchange, answer)
  }

  /** Keeps the answer that the last event of a stream repeats. @returns a refusal, if the conversation could not take it */
  keepLast({ document }: StreamEvent, exchange: Exchange): Promise<Refusal> | Refusal {
    const beginning = this.#beginnings.get(exchange)
    if (beginning !== undefined) beginning.hasEnded = true
    return this.#keep(exchange, document === undefined ? undefined : answerIn(document, document.root.get('response')))
  }

  /**
   * What is stored is found from now on, and nobody waits for its writing; what goes into a conversation is waited for.
   * @param answer undefined for one that cannot be read
   */
  #keep(exchange: Exchange, answer: Answer | undefined): Promise<Refusal> | Refusal {
    const references = this.#resolver.of(exchange) ?? {}
    const { conversation } = references
    if (answer === undefined) return conversation === undefined ? undefined : notAppended(new Error('the answer cannot be read'))
    if (!isKept(answer.status)) return undefined
    nameReferences(answer, references)
    if (conversation === undefined || isUnderWay(answer.status)) return this.#save(exchange, answer, references)
    return this.#append(exchange, answer, references, conversation)
  }

  async #append(exchange: Exchange, answer: Answer, references: Resolved, conversation: OpenConversation): Promise<Refusal> {
    try {
      await conversation.append([...ownItems(exchange, answer.id, references.own), ...outputItems(exchange, answer)])
    } catch (cause) {
      return notAppended(cause)
    }
    return this.#save(exchange, answer, references)
  }

  #save(exchange: Exchange, answer: Answer, references: Resolved): undefined {
    if (wantsStore(exchange)) this.#store.save(answer.id, exchange.userPath, () => keptOf(exchange, answer, references))
    return undefined
  }
}

/** Unless the caller said otherwise. */
export function wantsStore({ body }: Exchange): boolean {
  return body !== undefined && body.root.get('store')?.value() !== false
}

function isInBackground({ body }: Exchange): boolean {
  return body?.root.get('background')?.value() === true
}

function notAppended(cause: unknown): GatewayError {
  return gatewayError('internal_error', 'The answer could not be put into its conversation', { cause })
}
