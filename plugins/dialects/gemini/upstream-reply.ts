/** Reads Gemini's plain reply: one response that is the whole answer. */

import { gatewayError, type JsonObject } from '../../../core/index.ts'
import type { NeutralReply } from '../../../core/neutral/reply.ts'
import type { Destination } from '../../../core/neutral/translation.ts'
import { Assembler } from '../../../core/neutral/assemble.ts'
import { AnswerReader } from './answer-reader.ts'
import { objectIn, objectsIn, textIn } from './fields.ts'

/** @throws GatewayError when it is an error, or holds no answer */
export function readReply(json: JsonObject, from: Destination): NeutralReply {
  const answer = new AnswerReader(from)
  const assembler = new Assembler()
  answer.take(json, assembler.emit)
  if (!answer.hasCandidates) throw gatewayError('bad_upstream_response', `${from.provider}: provider returned no candidates`, { provider: from.provider })
  answer.finish(assembler.emit)
  return { ...assembler.reply(), ...created(json), ...logprobs(json) }
}

/** Vertex tells when. */
function created(json: JsonObject): { readonly created?: number } {
  const ms = Date.parse(textIn(json, 'createTime') ?? '')
  return Number.isNaN(ms) ? {} : { created: Math.floor(ms / 1000) }
}

/** What the tokens were worth: the chosen ones, each with its rivals. */
function logprobs(json: JsonObject): { readonly logprobs?: readonly JsonObject[] } {
  const result = objectIn(objectsIn(json, 'candidates')[0] ?? {}, 'logprobsResult')
  if (result === undefined) return {}
  const rivals = objectsIn(result, 'topCandidates').map(step => objectsIn(step, 'candidates').map(token))
  return { logprobs: objectsIn(result, 'chosenCandidates').map((chosen, index) => ({ ...token(chosen), top_logprobs: rivals[index] ?? [] })) }
}

function token(candidate: JsonObject): JsonObject {
  return { token: textIn(candidate, 'token') ?? '', logprob: candidate['logProbability'] ?? 0, bytes: null }
}
