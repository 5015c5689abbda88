/** What a package throws, as an answer with a status. */

import type { ProviderAnswer } from '../../core/index.ts'

interface SdkError {
  readonly name?: unknown
  readonly message?: unknown
  readonly statusCode?: unknown
  readonly responseBody?: unknown
  readonly responseHeaders?: Readonly<Record<string, string>>
}

/** The packages' own errors that no provider has sent. */
const statuses: Readonly<Record<string, number>> = {
  AI_LoadAPIKeyError: 401,
  AI_LoadSettingError: 401,
  AI_NoSuchModelError: 404,
  AI_UnsupportedFunctionalityError: 400,
  AI_InvalidPromptError: 400,
  AI_InvalidArgumentError: 400,
  AI_TooManyEmbeddingValuesForCallError: 400,
}

const relayed = ['retry-after', 'retry-after-ms', 'x-should-retry']

/** @throws the cause, where no answer came at all */
export function answerOf(cause: unknown): ProviderAnswer {
  const error = (typeof cause === 'object' && cause !== null ? cause : { message: cause }) as SdkError
  if (isUnanswered(error)) throw cause
  const { responseBody, responseHeaders = {} } = error
  const headers = relayed.flatMap(name => (responseHeaders[name] === undefined ? [] : [name, responseHeaders[name]]))
  const status = statusOf(error)
  const own =
    typeof responseBody === 'string' && responseBody !== '' && status === error.statusCode
      ? responseBody
      : JSON.stringify({ error: { message: messageOf(error) } })
  return { status, headers: ['Content-Type', 'application/json', ...headers], body: Buffer.from(own) }
}

/** An error amid a stream, as the part that tells it. */
export function errorPart(cause: unknown): { readonly type: 'error'; readonly error: { readonly message: string; readonly status?: number } } {
  if (typeof cause !== 'object' || cause === null) return { type: 'error', error: { message: String(cause) } }
  const status = statusOf(cause)
  return { type: 'error', error: { message: messageOf(cause), ...(status === 502 ? {} : { status }) } }
}

/** A call that reached nobody, or was given up. */
function isUnanswered({ name, statusCode }: SdkError): boolean {
  return name === 'AbortError' || (name === 'AI_APICallError' && statusCode === undefined)
}

function statusOf({ name, statusCode }: SdkError): number {
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode <= 599) return statusCode
  return typeof name === 'string' && Object.hasOwn(statuses, name) ? (statuses[name] ?? 502) : 502
}

function messageOf({ message }: SdkError): string {
  return typeof message === 'string' && message !== '' ? message : 'the provider reported an error'
}
