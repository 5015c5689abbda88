/** `tapline/dialect`: the neutral form that dialects are translated through. */

export { parseJson, rawJson } from './neutral/json.ts'
export { spellJson } from './neutral/spell-json.ts'
export { Losses, refusal } from './neutral/losses.ts'
export type { Loss } from './neutral/losses.ts'
export { dropUntaken } from './neutral/untaken.ts'
export type { Untaken } from './neutral/untaken.ts'
export type { Ids } from './neutral/ids.ts'
export type * from './neutral/request.ts'
export type { Emit, Finish, NeutralEvent, NeutralReply, OpenedBlock, ReplyBlock } from './neutral/reply.ts'
export type { CacheWish, PromptCaching, PromptObject } from './neutral/prompt-caching.ts'
export type {
  AskedFor,
  CallerSide,
  Destination,
  EmbeddingsSide,
  ReplyContext,
  SpelledRequest,
  StreamReader,
  StreamWriter,
  TranslationOptions,
  UpstreamSide,
} from './neutral/translation.ts'
