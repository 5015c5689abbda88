/** How vendors part the events of a stream. Whatever they do, the events that are read are server-sent ones. */

import { AwsFrames } from './aws-frames.ts'
import { EventSplitter } from './borders.ts'
import { JsonLines } from './json-lines.ts'

/** `aws-event-stream`: binary frames, whose payloads come as events named after the frame. `json-lines`: each line of JSON comes as an event. */
export const vendorFramings = ['aws-event-stream', 'json-lines'] as const
export type VendorFraming = (typeof vendorFramings)[number]

export interface StreamSplitter {
  push(chunk: Buffer): Buffer | undefined
  rest(): Buffer | undefined
}

interface FramingFacts {
  /** The media type that is asked for. */
  readonly accept: string
  /** Media types, in lower case, of replies that are streams. */
  readonly types: RegExp
  splitter(): StreamSplitter
}

const framings: Readonly<Record<VendorFraming | 'events', FramingFacts>> = {
  events: { accept: 'text/event-stream', types: /^text\/event-stream/, splitter: () => new EventSplitter('read') },
  'aws-event-stream': {
    accept: 'application/vnd.amazon.eventstream',
    types: /^(text\/event-stream|application\/vnd\.amazon\.eventstream)/,
    splitter: () => new AwsFrames(),
  },
  'json-lines': { accept: 'application/x-ndjson', types: /ndjson|jsonl|json-?lines|json-seq|stream\+json/, splitter: () => new JsonLines() },
}

/** @param framing as a dialect names it; server-sent events by default */
export function framingFacts(framing: VendorFraming | undefined): FramingFacts {
  return framings[framing ?? 'events']
}
