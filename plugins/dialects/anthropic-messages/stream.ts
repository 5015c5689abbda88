/** Anthropic's messages as a stream: a message begins, its blocks begin, grow and stop one after another, the message ends. */

import { said, stringOf } from '../../../core/document/readings.ts'
import type { GatewayError, JsonDocument, JsonNode, Part, StreamEvent, StreamFormat, StreamText } from '../../../core/index.ts'
import { eventWith } from '../../../core/stream/find-event.ts'
import { NodeText } from '../../../core/stream/node-text.ts'
import { assemble } from './assemble.ts'
import { citationParts, contentParts } from './blocks.ts'
import { errorEnvelope, vendorError } from './errors.ts'
import { indexOf, textAt } from './places.ts'
import { replay } from './replay.ts'
import { deltas, kindOf, spell, spellDelta, spellStop, type DeltaKind } from './stream-events.ts'
import { StreamMemory } from './stream-memory.ts'
import { usage } from './stream-usage.ts'
import { writeUsage } from './usage.ts'

export const messagesStream: StreamFormat = {
  open: remembering,
  texts,
  ends,
  ending,
  answerEnd,
  isWhole,
  error,
  usage,
  countsFromStart: true,
  usageOnly: () => undefined,
  text: spellText,
  cut: like => closing(like, { hasBegun: like !== undefined && kindOf(like) !== 'message_start', open: openIn(like) }),
  failure: (error, requestId) => `event: error\ndata: ${errorEnvelope(error, requestId)}\n\n`,
  idle: { afterMs: 15_000, event: spell('ping') },
  assemble,
  replay: reply => replay(reply),
}

const nothing: readonly never[] = []
const everything = ['*']

function remembering(): StreamFormat {
  const memory = new StreamMemory()
  return {
    ...messagesStream,
    texts(event) {
      const found = texts(event)
      for (const { channel, key, text } of found) if (channel === 'reasoning') memory.said(key, text)
      return found
    },
    leave: event => memory.left(event),
    text(like, key, text) {
      memory.added(key, text)
      return spellText(like, key, text)
    },
    cut: like => closing(like, memory),
  }
}

// Texts

function texts(event: StreamEvent): readonly StreamText[] {
  const { document } = event
  if (document === undefined) return nothing
  switch (kindOf(event)) {
    case 'content_block_delta':
      return deltaTexts(document)
    case 'content_block_start':
      return startTexts(document)
    default:
      return nothing
  }
}

function deltaTexts(document: JsonDocument): readonly StreamText[] {
  const delta = document.root.get('delta')
  const found: StreamText[] = []
  for (const [kind, { member, channel }] of kinds) {
    const node = textAt(delta, member)
    if (node !== undefined && channel !== undefined) found.push(new NodeText(`${indexOf(document.root)}/${kind}`, channel, document, node))
  }
  const citation = delta?.get('citation')
  return citation === undefined ? found : wholeTexts(citationParts(document, citation), `${indexOf(document.root)}/citation`)
}

/** Texts that no delta follows. */
function wholeTexts(parts: readonly Part[], key: string): readonly StreamText[] {
  return parts.flatMap((part, n) =>
    part.type === 'text' ? [{ key: `${key}/${n}`, channel: 'text' as const, text: part.text, rewrite: (text: string) => part.rewrite(text) }] : [],
  )
}

const kinds = Object.entries(deltas)

/** What a block has at once: the beginning of its text, a tool's whole input, or content that no delta follows. */
function startTexts(document: JsonDocument): readonly StreamText[] {
  const index = indexOf(document.root)
  const block = document.root.get('content_block')
  const input = block?.get('input')
  return [
    ...beginning(document, textAt(block, 'text'), `${index}/text`, 'text'),
    ...beginning(document, textAt(block, 'thinking'), `${index}/thinking`, 'reasoning'),
    ...(input?.kind === 'object' && input.children.length > 0 ? [new WholeInput(`${index}/input`, 'tool_arguments', document, input)] : nothing),
    ...wholeTexts(
      [
        ...contentParts(document, block?.get('content'), 'text'),
        ...(block
          ?.get('citations')
          ?.items()
          .flatMap(citation => citationParts(document, citation)) ?? []),
      ],
      `${index}/content`,
    ),
  ]
}

function beginning(document: JsonDocument, node: JsonNode | undefined, key: string, channel: StreamText['channel']): readonly StreamText[] {
  return node === undefined || node.json() === '""' ? nothing : [new NodeText(key, channel, document, node)]
}

/** Arguments that come as JSON, not as a string that holds it. */
class WholeInput extends NodeText {
  override get text(): string {
    return this.node.json()
  }

  override rewrite(text: string): void {
    this.document.replace(this.node, text)
  }
}

/** A block's stop ends its texts; its signature ends its thinking, for nothing may follow that; a citation is whole. */
function ends(event: StreamEvent): readonly string[] {
  switch (kindOf(event)) {
    case 'content_block_start':
      return [`${indexOf(event.document?.root)}/content/*`]
    case 'content_block_delta':
      return endedBy(event.document?.root)
    case 'content_block_stop':
      return [`${indexOf(event.document?.root)}/*`]
    case 'message_delta':
    case 'message_stop':
    case 'error':
      return everything
    default:
      return nothing
  }
}

function endedBy(root: JsonNode | undefined): readonly string[] {
  const delta = root?.get('delta')
  if (delta?.get('citation') !== undefined) return [`${indexOf(root)}/citation/*`]
  return textAt(delta, 'signature') === undefined ? nothing : [`${indexOf(root)}/thinking`]
}

// Endings and errors

function ending(last: readonly StreamEvent[]): 'complete' | 'failed' | 'cut' {
  if (last.some(event => kindOf(event) === 'error')) return 'failed'
  // From the end: a stop need not be read to be known.
  return last.findLast(isLast) === undefined ? 'cut' : 'complete'
}

/** With the reason for which it stopped, the message is complete. */
function isLast(event: StreamEvent): boolean {
  const kind = kindOf(event)
  return kind === 'message_stop' || (kind === 'message_delta' && event.document?.root.get('delta')?.get('stop_reason')?.kind === 'string')
}

/** Of `message_stop`: no longer than what Node finds fast, and with a letter in front that is rare in events (see `core/document/words.ts`). */
const stop = Buffer.from('ge_stop')

function answerEnd(events: Buffer): number {
  return eventWith(stop, events, event => kindOf(event) === 'message_stop')
}

function isWhole(events: readonly StreamEvent[]): boolean {
  const last = events.at(-1)
  return last !== undefined && kindOf(last) === 'message_stop' && !events.some(isRefusal)
}

function isRefusal(event: StreamEvent): boolean {
  return kindOf(event) === 'message_delta' && stringOf(event.document?.root.get('delta')?.get('stop_reason')) === 'refusal'
}

function error(event: StreamEvent, provider: string): GatewayError | undefined {
  const kind = kindOf(event)
  if (kind !== 'error' && kind !== '') return undefined
  const fault = said(event.document?.root, 'error')
  if (fault === undefined) return kind === 'error' ? vendorError(event.document?.root.value() ?? event.data, provider) : undefined
  return vendorError(fault.value(), provider)
}

// Events that Tapline writes

function spellText(_like: StreamEvent, key: string, text: string): string {
  const [index, kind = ''] = key.split('/')
  return spellDelta(Number(index), kind in deltas ? (kind as DeltaKind) : 'text', text)
}

/** How far the caller's copy of a stream has come. */
interface Progress {
  readonly hasBegun: boolean
  /** The block that is open. */
  readonly open: number | undefined
}

/** A message that the policy of the gateway ends. */
function closing(like: StreamEvent | undefined, { hasBegun, open }: Progress): string {
  const message = like?.document?.root.get('message')
  const head = {
    id: stringOf(message?.get('id')) ?? 'msg_0',
    type: 'message',
    role: 'assistant',
    model: stringOf(message?.get('model')) ?? '',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: writeUsage(),
  }
  return [
    hasBegun ? '' : spell('message_start', { message: head }),
    open === undefined ? '' : spellStop(open),
    spell('message_delta', { delta: { stop_reason: 'refusal', stop_sequence: null }, usage: { output_tokens: 0 } }),
    spell('message_stop'),
  ].join('')
}

/** The block that is open when this event is kept back. */
function openIn(event: StreamEvent | undefined): number | undefined {
  const kind = event === undefined ? '' : kindOf(event)
  return kind === 'content_block_delta' || kind === 'content_block_stop' ? indexOf(event?.document?.root) : undefined
}
