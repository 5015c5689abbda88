/** Policy on responses that did not come as the answer of their call: those that ran in the background, and those that only a provider has on record. */

import { GatewayError, JsonDocument, type Caller, type Exchange, type JsonNode, type Pipelines, type ProviderInstance } from '../../core/index.ts'
import { itemReferences } from '../shared/objects/item-references.ts'
import { stringOf } from '../../core/document/readings.ts'
import { Blocked } from '../../core/pipeline/verdict.ts'
import type { Charge } from './charge.ts'
import { isUnderWay } from './record.ts'
import type { FoundResponse } from './store.ts'

/** The call that a response answers. */
interface Asked {
  readonly provider: string
  readonly model: string
  /** The items of its input, in JSON. */
  readonly items: readonly string[]
  readonly caller: Caller
  readonly userPath: string
  readonly labels: readonly string[]
}

const nobody: Caller = { method: 'no_key' }

export class Review {
  readonly #pipelines: Pipelines

  constructor(pipelines: Pipelines) {
    this.#pipelines = pipelines
  }

  /**
   * A stored response as it may be read: as if it had been the answer of its call. What is refused has no output, and has failed if it is over.
   * @throws GatewayError if policy cannot tell now
   */
  async ofStored({ owner, value: { charge, items, provider } }: FoundResponse, document: JsonDocument): Promise<JsonDocument> {
    const asked = {
      provider: provider ?? '',
      model: charge?.model ?? modelOf(document),
      items,
      caller: callerOf(charge),
      userPath: owner,
      labels: charge?.labels ?? [],
    }
    const said = await this.#reviewed(document, asked)
    if (!(said instanceof GatewayError)) return said
    if (!(said instanceof Blocked) && said.status >= 500) throw said
    return withoutOutput(document, said)
  }

  /** A response that the gateway has no record of: as if the caller had asked for it. @throws GatewayError what policy refuses */
  async ofUntracked({ caller = nobody, userPath, labels }: Exchange, provider: ProviderInstance, document: JsonDocument): Promise<JsonDocument> {
    const said = await this.#reviewed(document, { provider: provider.name, model: modelOf(document), items: [], caller, userPath, labels })
    if (said instanceof GatewayError) throw said
    return said
  }

  async #reviewed(document: JsonDocument, { caller, userPath, labels, ...asked }: Asked): Promise<JsonDocument | GatewayError> {
    if (outputOf(document).length === 0) return document
    const call = { method: 'POST', path: '/v1/responses', headers: { 'content-type': 'application/json' }, caller, userPath, labels }
    const { body: said } = await this.#pipelines.review({ ...call, body: requestFor(asked) }, document.render())
    return said instanceof GatewayError ? said : JsonDocument.parse(said)
  }
}

function callerOf({ auth_key_id: keyId = null, user_id: userId = null }: Partial<Charge> = {}): Caller {
  return { ...(keyId === null ? nobody : { method: 'api_key', keyId }), ...(userId === null ? {} : { userId }) }
}

/** A request that would have had this answer, and that is stored nowhere. What it only refers to is left out. */
function requestFor({ provider, model, items }: Pick<Asked, 'provider' | 'model' | 'items'>): Buffer {
  const input = items.length === 0 ? '""' : `[${items.join(',')}]`
  const request = JsonDocument.parse(Buffer.from(`{"model":${JSON.stringify(model)},"provider":${JSON.stringify(provider)},"store":false,"input":${input}}`))
  for (const { item } of itemReferences(request)) request.replace(item, '{"role":"user","content":""}')
  return request.render()
}

function withoutOutput(document: JsonDocument, { code, message }: GatewayError): JsonDocument {
  const { root } = document
  document.set(root, 'output', '[]')
  document.unset(root, 'output_text')
  if (isUnderWay(stringOf(root.get('status')) ?? '')) return document
  document.set(root, 'status', '"failed"')
  document.set(root, 'error', JSON.stringify({ code, message }))
  return document
}

function outputOf({ root }: JsonDocument): readonly JsonNode[] {
  return root.get('output')?.items() ?? []
}

function modelOf({ root }: JsonDocument): string {
  return stringOf(root.get('model')) || 'unknown'
}
