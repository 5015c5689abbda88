/** Streams of speech and of transcriptions: `speech.audio.delta`, `transcript.text.delta`, and their `.done`. */

import { said, stringOf } from '../../../core/document/readings.ts'
import type { GatewayError, JsonNode, StreamEvent, StreamFormat, Usage } from '../../../core/index.ts'
import { errorEnvelope } from '../../../core/errors.ts'
import { NodeText } from '../../../core/stream/node-text.ts'
import { vendorError } from '../../../core/neutral/vendor-error.ts'
import { readUsage } from './usage.ts'

const delta = 'transcript.text.delta'
const done = 'transcript.text.done'

export const mediaStream: StreamFormat = {
  texts(event) {
    const { document } = event
    const member = typeOf(event) === delta ? 'delta' : typeOf(event) === done ? 'text' : undefined
    const node = member === undefined ? undefined : document?.root.get(member)
    // A piece of what was said, or all of it once more.
    return document === undefined || node?.kind !== 'string' ? [] : [new NodeText(member === 'delta' ? '0/text' : '0/whole', 'text', document, node)]
  },
  ends: event => (isDone(event) ? ['*'] : []),
  ending(last) {
    if (last.some(event => errorIn(event) !== undefined)) return 'failed'
    return last.some(isDone) ? 'complete' : 'cut'
  },
  error(event, provider) {
    const fault = errorIn(event)
    return fault === undefined ? undefined : vendorError(fault, provider)
  },
  usage: last => last.map(usageOf).findLast(usage => usage !== undefined),
  usageOnly: () => undefined,
  text: (_like, _key, text) => eventText({ type: delta, delta: text }),
  cut: () => eventText({ type: done, text: '' }),
  failure: (error: GatewayError) => `data: ${errorEnvelope(error).toString()}\n\n`,
  assemble(events) {
    const whole = events.findLast(event => typeOf(event) === done)?.document?.root.value() as { readonly text?: string; readonly usage?: object } | undefined
    const text =
      whole?.text ??
      events
        .flatMap(event => mediaStream.texts(event))
        .map(({ text }) => text)
        .join('')
    return Buffer.from(JSON.stringify({ text, ...(whole?.usage === undefined ? {} : { usage: whole.usage }) }))
  },
  /** A transcription that came whole, to who asked for a stream. */
  replay({ root }) {
    const text = root.get('text')?.value()
    const usage = root.get('usage')?.value()
    const said = typeof text === 'string' ? text : ''
    return (said === '' ? '' : eventText({ type: delta, delta: said })) + eventText({ type: done, text: said, ...(usage === undefined ? {} : { usage }) })
  },
}

function isDone(event: StreamEvent): boolean {
  return event.isDone || (typeOf(event)?.endsWith('.done') === true && typeOf(event) !== 'transcript.text.segment.done')
}

function typeOf({ document }: StreamEvent): string | undefined {
  return stringOf(document?.root.get('type'))
}

function usageOf(event: StreamEvent): Usage | undefined {
  return event.bytes.includes('"usage"') ? readUsage(event.document?.root.get('usage')?.value()) : undefined
}

/** An object or a string in `error`, or all of an event of type `error`. */
function errorIn(event: StreamEvent): JsonNode | undefined {
  if (!event.bytes.includes('error')) return undefined
  const root = event.document?.root
  const fault = said(root, 'error')
  if (fault !== undefined) return fault
  return event.name === 'error' || typeOf(event) === 'error' ? root : undefined
}

function eventText(event: { readonly type: string; readonly [member: string]: unknown }): string {
  return `data: ${JSON.stringify(event)}\n\n`
}
