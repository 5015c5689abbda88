/** What callers and providers of one dialect say to each other in a test: a greeting, and an answer of one text. */

import { JsonDocument } from '../document/document.ts'
import { randomIds } from '../neutral/ids.ts'
import { parseJson } from '../neutral/json.ts'
import { estimateTokens } from '../neutral/estimate.ts'
import { Losses } from '../neutral/losses.ts'
import type { NeutralEvent } from '../neutral/reply.ts'
import type { JsonObject, NeutralRequest } from '../neutral/request.ts'
import type { CallerSide, Destination, ReplyContext, UpstreamSide } from '../neutral/translation.ts'
import { isForCallers, type Dialect } from '../plugin/dialect.ts'
import { load } from '../plugin/load.ts'
import { splitEvents } from '../stream/borders.ts'
import { chatChunks, chatCompletion } from './chat-samples.ts'

/** A dialect in which callers speak, and providers are spoken to. */
export type SpokenDialect = Dialect & { readonly caller: CallerSide; readonly upstream: UpstreamSide }

const model = 'test-model'
const usage = { inputTokens: 14, outputTokens: 9 }
const destination: Destination = {
  model,
  provider: 'test',
  type: 'test',
  traits: {},
  settings: {},
  options: { strict: false, report_dropped: true, wrap_custom_tools: false, seal_foreign_state: false },
}

/** @throws LoadError, and TypeError for a dialect in which nobody generates anything */
export async function spokenDialect(name: string): Promise<SpokenDialect> {
  const { definition } = await load('dialect', name, '/', { searchPaths: [], foreignAllowed: false })
  if (!isForCallers(definition) || definition.caller === undefined || definition.upstream === undefined)
    throw new TypeError(`${name} is not spoken by callers and providers`)
  return { ...definition, caller: definition.caller, upstream: definition.upstream }
}

/** A greeting. @param members what stands in it beside, or in the place of what would be there */
export function greeting({ name, upstream }: SpokenDialect, members: Readonly<Record<string, unknown>>): Buffer {
  const said: NeutralRequest = {
    from: name,
    model,
    system: [],
    turns: [{ role: 'user', blocks: [{ type: 'text', text: 'Hello' }] }],
    tools: [],
    sampling: {},
    stop: [],
    hints: {},
    wants: {},
    isStream: false,
    extras: {},
    vendorExtras: {},
  }
  const spelled = JSON.parse(upstream.request(said, destination, new Losses()).body.toString()) as object
  return Buffer.from(JSON.stringify({ ...spelled, ...members }))
}

/** A whole answer. */
export function answerIn(dialect: SpokenDialect, text: string, request: Buffer): Buffer {
  if (isChat(dialect)) return Buffer.from(JSON.stringify(chatCompletion({ content: text })))
  return dialect.caller.reply({ model, blocks: [{ type: 'text', text }], finish: 'stop', usage }, contextOf(dialect, request))
}

/** A streamed answer, its pieces in events of their own. */
export function streamIn(dialect: SpokenDialect, pieces: readonly string[], request: Buffer): readonly Buffer[] {
  if (isChat(dialect)) return chatChunks({ pieces }).map(event => Buffer.from(event))
  const writer = dialect.caller.stream(contextOf(dialect, request))
  const key = '0'
  const events: readonly NeutralEvent[] = [
    { type: 'start', model },
    { type: 'open', key, block: { type: 'text' } },
    ...pieces.map(text => ({ type: 'delta', key, text }) as const),
    { type: 'close', key },
    { type: 'finish', finish: 'stop' },
    { type: 'usage', usage },
    { type: 'end' },
  ]
  return events.map(event => Buffer.from(writer.write(event))).filter(({ length }) => length > 0)
}

/** A whole answer as a stream. */
export function replayIn(dialect: SpokenDialect, answer: Buffer, request: Buffer): Buffer {
  return Buffer.from(dialect.stream.replay(JsonDocument.parse(answer), dialect.asksForUsage(JsonDocument.parse(request))))
}

/** The text of a whole answer. */
export function textOfAnswer(dialect: Dialect, operation: string, body: Buffer): string {
  return dialect
    .reply(JsonDocument.parse(body), operation)
    .messages.map(({ text }) => text)
    .join('')
}

/** The texts of a streamed answer, put together. */
export function textOfStream({ stream }: Dialect, body: Buffer): string {
  const format = stream.open?.() ?? stream
  return splitEvents(body)
    .flatMap(event => format.texts(event))
    .filter(({ channel }) => channel === 'text')
    .map(({ text }) => text)
    .join('')
}

/** Of these answers there are samples as the vendor sends them. */
function isChat({ name }: Dialect): boolean {
  return name === 'openai-chat'
}

function contextOf({ caller }: SpokenDialect, request: Buffer): ReplyContext {
  const losses = new Losses()
  const asked = caller.request(parseJson(request.toString()) as JsonObject, losses)
  return {
    request: asked,
    promptTokens: estimateTokens(asked),
    original: JsonDocument.parse(request),
    from: destination,
    requestId: 'test',
    created: 1_767_225_600,
    ids: randomIds,
    losses,
  }
}
