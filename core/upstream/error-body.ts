/** Reads the body of a provider's error: as its type does, else in the shapes that vendors commonly use. */

import type { ProviderDefinition, VendorRefusal } from '../plugin/provider.ts'
import { retryInfoMs } from './retry-after.ts'
import type { ReplyHeaders } from './transport/transport.ts'

const messageLimit = 4096

/** An answer that is an error. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: ReplyHeaders
  readonly body: Buffer
  /** Further members of the error that the caller gets, where they are texts. */
  readonly members?: readonly string[] | undefined
}

/** What a provider's error says. */
export interface ToldError {
  readonly message: string
  readonly code: string | null
  readonly param: string | null
  readonly retryAfterMs?: number | undefined
  /** Further members of the error that the caller gets. */
  readonly further: Readonly<Record<string, string>>
  /** What the provider's type threw as it was to read or to explain it. */
  readonly cause?: unknown
}

/** The error as `errorOf` of the provider's type reads it, else in the usual shapes. Never throws. */
export function readError({ headers, body, members = [] }: ErrorAnswer, definition: Pick<ProviderDefinition, 'errorOf'> = {}): ToldError {
  const usual = usualError(body, headers, members)
  const json = definition.errorOf === undefined ? undefined : parse(body.toString())
  if (typeof json !== 'object' || json === null) return usual
  try {
    const own: unknown = definition.errorOf?.(json) ?? undefined
    if (own === undefined) return usual
    if (!isRefusal(own)) throw new TypeError('errorOf() must return { message, code?, param? } or nothing')
    return { ...usual, message: clip(own.message), code: own.code ?? usual.code, param: own.param ?? usual.param }
  } catch (cause) {
    return { ...usual, cause: cause ?? new Error('errorOf() threw nothing') }
  }
}

function isRefusal(value: unknown): value is VendorRefusal {
  return (
    isRecord(value) && typeof value['message'] === 'string' && [value['code'], value['param']].every(text => text === undefined || typeof text === 'string')
  )
}

/** Reads the vendors' shapes of an error: `error.message`, `error` as text, `message`, `detail`, also below `message`; else the text itself. */
function usualError(body: Buffer, headers: ReplyHeaders, members: readonly string[]): ToldError {
  const text = body.toString().trim()
  const parsed = parse(text)
  const root = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed
  const awsType = headers['x-amzn-errortype']
  const named = typeof awsType === 'string' ? awsType.replace(/:.*$/, '') : null
  if (!isRecord(root)) return { message: plainText(text), code: named, param: null, further: {} }
  const error = isRecord(root['error']) ? root['error'] : root
  return {
    message: clip(messageOf(root, error) ?? (Object.values(root).some(value => value !== null) ? text : '')),
    code: textOf(error['code'] ?? root['code']) ?? detailedCode(error['details']) ?? named ?? textOf(root['__type'])?.replace(/^.*#/, '') ?? null,
    param: typeof error['param'] === 'string' ? error['param'] : null,
    retryAfterMs: retryInfoMs(error),
    further: Object.fromEntries(members.flatMap(name => (typeof error[name] === 'string' ? [[name, error[name]]] : []))),
  }
}

function messageOf(root: Record<string, unknown>, error: Record<string, unknown>): string | null {
  const said = error['message'] ?? root['error'] ?? root['message'] ?? root['Message']
  const message = textOf(said) ?? detailOf(root['detail'] ?? (isRecord(said) ? said['detail'] : undefined))
  const raw = isRecord(error['metadata']) ? textOf(error['metadata']['raw']) : null
  return raw !== null && (message === null || message === '' || message.startsWith('Provider returned')) ? raw : message
}

/** Anthropic's place for it. */
function detailedCode(details: unknown): string | null {
  return isRecord(details) ? textOf(details['error_code']) : null
}

/** FastAPI's validators: text, or a list of places and messages. */
function detailOf(detail: unknown): string | null {
  if (!Array.isArray(detail)) return textOf(detail)
  return detail
    .filter(isRecord)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : ''}: ${String(msg)}`)
    .join('; ')
}

/** A page from a proxy becomes its words. */
function plainText(text: string): string {
  if (!text.startsWith('<')) return clip(text)
  return clip(
    text
      .replace(/<(script|style)\b[^]*?(?:<\/\1>|$)/gi, ' ')
      .replace(/<[^<>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : null
}

function clip(text: string): string {
  return text.length > messageLimit ? `${text.slice(0, messageLimit)}…` : text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
