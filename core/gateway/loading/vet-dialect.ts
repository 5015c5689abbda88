/** Says what is wrong with what a dialect's file says: what is misspelt would never be asked for. */

import { suggestion } from '../../config/problems/suggestion.ts'
import { flawOfMembers, type Kind } from '../../config/problems/members.ts'
import type { PromptCaching, PromptObject } from '../../neutral/prompt-caching.ts'
import type { CallerSide, EmbeddingsSide, UpstreamSide } from '../../neutral/translation.ts'
import { isForCallers, type Dialect, type StreamFormat, type UpstreamDialect } from '../../plugin/dialect.ts'
import { vendorFramings } from '../../stream/framing.ts'

type Members<Of> = Readonly<Record<keyof Of, Kind>>

const upstreamDialectMembers: Members<UpstreamDialect> = { name: 'text', defaultHeaders: 'object', upstream: 'object' }

const dialectMembers: Members<Dialect> = {
  ...upstreamDialectMembers,
  operations: 'texts',
  callerHeaders: 'texts',
  callerQuery: 'flag',
  relaysHeaders: 'flag',
  validate: 'prompt function',
  conversation: 'prompt function',
  reply: 'prompt function',
  streams: 'prompt function',
  asksForUsage: 'prompt function',
  askForUsage: 'prompt function',
  streamOnly: 'text',
  keepOwnState: 'prompt function',
  fault: 'prompt function',
  conform: 'prompt function',
  usage: 'prompt function',
  answer: 'prompt function',
  renewed: 'prompt function',
  error: 'prompt function',
  stream: 'object',
  form: 'object',
  opaqueReplies: 'object',
  caller: 'object',
}

const upstreamMembers: Members<UpstreamSide> = {
  operation: 'prompt function',
  request: 'prompt function',
  reply: 'prompt function',
  stream: 'prompt function',
  usage: 'prompt function',
  framing: 'text',
  imageAsData: 'prompt function',
  promptCaching: 'object',
  embeddings: 'object',
}

const embeddingsMembers: Members<EmbeddingsSide> = { operation: 'text', request: 'prompt function', reply: 'prompt function' }
const cachingMembers: Members<PromptCaching> = { directives: 'texts', ask: 'prompt function', object: 'object' }
const objectMembers: Members<PromptObject> = { operation: 'text', make: 'prompt function', nameIn: 'prompt function', refer: 'prompt function' }
const callerMembers: Members<CallerSide> = {
  paths: 'object',
  request: 'prompt function',
  reply: 'prompt function',
  stream: 'prompt function',
  beginsWithUsage: 'flag',
}

const streamMembers: Members<StreamFormat> = {
  open: 'prompt function',
  leave: 'prompt function',
  texts: 'prompt function',
  ends: 'prompt function',
  ending: 'prompt function',
  answerEnd: 'prompt function',
  isWhole: 'prompt function',
  error: 'prompt function',
  countsFromStart: 'flag',
  usage: 'prompt function',
  usageOnly: 'prompt function',
  text: 'prompt function',
  cut: 'prompt function',
  failure: 'prompt function',
  idle: 'object',
  assemble: 'prompt function',
  replay: 'prompt function',
}

/** @returns undefined for a definition with which nothing is wrong */
export function flawOfDialect(dialect: Dialect | UpstreamDialect): string | undefined {
  const flaw = flawOfMembers(dialect, isForCallers(dialect) ? dialectMembers : upstreamDialectMembers, 'a dialect has no member')
  if (flaw !== undefined) return flaw
  const { upstream, caller = {}, stream = {} } = dialect as Partial<Dialect>
  return (
    (upstream === undefined ? undefined : flawOfUpstream(upstream)) ??
    flawOfMembers(caller, callerMembers, 'caller has no member') ??
    flawOfMembers(stream, streamMembers, 'stream has no member')
  )
}

function flawOfUpstream(upstream: UpstreamSide): string | undefined {
  const flaw = flawOfMembers(upstream, upstreamMembers, 'upstream has no member')
  if (flaw !== undefined) return flaw
  const { framing, embeddings = {}, promptCaching = {} } = upstream
  const missing = (['operation', 'request', 'reply', 'stream'] as const).find(name => upstream[name] === undefined)
  if (missing !== undefined) return `its upstream has no ${missing}`
  if (framing !== undefined && !vendorFramings.includes(framing)) return `there is no framing "${framing}"${suggestion(framing, vendorFramings)}`
  const { object = {} } = promptCaching as Partial<PromptCaching>
  return (
    flawOfMembers(embeddings, embeddingsMembers, 'embeddings has no member') ??
    flawOfMembers(promptCaching, cachingMembers, 'promptCaching has no member') ??
    flawOfMembers(object, objectMembers, 'the object of promptCaching has no member')
  )
}
