/** Makes what was caught of a request and its reply into the text of its row: off the way of the request. */

import { JsonDocument, type Dialect, type Exchange } from '../../core/index.ts'
import type { AttemptDetail } from './attempts.ts'
import { bodyLimit, bodyText, isJson, jsonText, tooBig, type KeepMedia, type Received } from './body-text.ts'
import type { Capture } from './capture.ts'
import { formText } from './form-text.ts'
import { imageText } from './image-text.ts'
import type { AuditRow } from './journal.ts'
import { withoutKeys } from './redaction.ts'
import { wholeOf } from './stream-body.ts'

/** All that outlives the exchange for this. */
export interface CaughtBodies {
  readonly operation: string
  readonly dialect: Dialect | undefined
  readonly isReadable: boolean
  readonly request: Received
  readonly form: Exchange['form']
  readonly formCopy: Capture | undefined
  readonly reply: Received
  readonly previousResponseId: string | null
  /** Undefined where the body is the one before. */
  readonly revisions: readonly (Buffer | undefined)[]
  readonly attempts: readonly AttemptDetail[]
  readonly keys: readonly string[]
}

type Written = ReturnType<typeof bodyText>

const conversational: ReadonlySet<string> = new Set(['chat', 'messages', 'responses'])

export function writtenBodies(row: AuditRow, caught: CaughtBodies, keep: (side: 'input' | 'output') => KeepMedia): AuditRow {
  const request = requestText(caught, keep('input'))
  const response = responseText(caught, keep('output'))
  return {
    ...row,
    data: {
      ...row.data,
      ...(request === tooBig ? { request_body_too_big_to_handle: true } : {}),
      ...(response === tooBig ? { response_body_too_big_to_handle: true } : {}),
    },
    request_body: stored(request, caught.keys),
    response_body: stored(response, caught.keys),
    previous_response_id: caught.previousResponseId,
    response_id: caught.operation.startsWith('responses') ? idIn(response) : null,
    conversation_payload: request !== undefined && request !== tooBig && caught.isReadable && conversational.has(caught.operation),
    details: detailsOf(caught),
  }
}

function requestText({ request, form, formCopy }: CaughtBodies, keep: KeepMedia): Written {
  return form === undefined ? bodyText(request, keep) : bounded(formText(form, formCopy, keep))
}

/** A stream or images that nobody can read stay as they were. */
function responseText({ reply, dialect, operation }: CaughtBodies, keep: KeepMedia): Written {
  const { bytes, contentType } = reply
  if (bytes === undefined) return bodyText(reply, keep)
  try {
    if (contentType === 'text/event-stream' && dialect !== undefined) return streamText(wholeOf(dialect, bytes))
    if (operation.startsWith('image') && isJson(contentType)) return bounded(imageText(bytes.toString(), keep))
  } catch {}
  return bodyText(reply, keep)
}

function streamText(whole: Buffer): Written {
  return whole.length > bodyLimit ? tooBig : jsonText(whole.toString())
}

function bounded(text: string): Written {
  return text.length > bodyLimit ? tooBig : text
}

function stored(text: Written, keys: readonly string[]): string | null {
  return text === undefined || text === tooBig ? null : withoutKeys(text, keys)
}

function idIn(text: Written): string | null {
  if (text === undefined || text === tooBig) return null
  try {
    const id = JsonDocument.parse(Buffer.from(text)).root.get('id')
    return id?.kind === 'string' ? id.string() : null
  } catch {
    return null
  }
}

function detailsOf({ attempts, revisions, keys }: CaughtBodies): AuditRow['details'] {
  if (attempts.length === 0 && revisions.length === 0) return null
  return {
    attempts,
    request_revisions: revisions.map(body => (body === undefined || body.length > bodyLimit ? {} : { body: withoutKeys(body.toString(), keys) })),
  }
}
