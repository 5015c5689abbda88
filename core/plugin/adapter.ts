/** Operations that a provider serves in a spelling of its own: speech that is a chat there, a rerank whose results are named otherwise. */

import type { CollectedPart } from '../form/form.ts'
import type { FormRules } from '../form/rules.ts'
import type { Losses } from '../neutral/losses.ts'
import type { JsonObject } from '../neutral/request.ts'
import type { Destination } from '../neutral/translation.ts'
import type { Usage } from '../neutral/usage.ts'

/** What the caller asks, as OpenAI spells it. */
export interface AskedRequest {
  readonly operation: string
  /** The JSON body; of a form: its fields, as text. `model` is the id that the provider knows. */
  readonly body: JsonObject
  /** The files of a form, where `request` puts it together. */
  readonly files: readonly CollectedPart[]
  readonly to: Destination
  /** Where it is noted what the vendor does not take. */
  readonly losses: Losses
}

/** What the caller gets, as OpenAI spells it. */
export interface AdaptedReply {
  /** The media type. */
  readonly type: string
  readonly body: Buffer
  readonly usage?: Usage
}

/** One operation in the provider's spelling; where it is served, `operations` says. Such an answer is never streamed. */
export interface OperationAdapter {
  /** The JSON that the provider gets. Absent: the request goes on as it came. @throws GatewayError 400 for what can neither be carried nor dropped */
  request?(asked: AskedRequest): JsonObject
  /** Checks a form that goes on as it came, besides what the dialect checks. */
  readonly form?: FormRules
  /** The most bytes of a form that `request` puts together; 32 MiB where absent. */
  readonly formLimitBytes?: number
  /** What the provider's answer of status 2xx amounts to, in which its `fault` found nothing. @throws GatewayError when it is none at all */
  reply(said: JsonObject, asked: AskedRequest): AdaptedReply
}
