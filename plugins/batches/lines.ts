/** The requests of a batch, checked one by one: their form, and what policy says of them. */

import { GatewayError, gatewayError, JsonDocument, JsonError, type JsonNode, type Pipelines, type ProviderInstance, type Target } from '../../core/index.ts'
import { linesOf } from '../shared/objects/lines.ts'
import type { BatchLine, Submitter } from './record.ts'

/** A request of a batch, as it was sent. */
export interface GivenLine {
  readonly custom_id: string
  /** The body as JSON text, spelled as it came. */
  readonly body: string
  /** Whether the line has a member twice, and so another body for who reads the first. */
  readonly isDouble: boolean
}

const longestId = 512

/** The lines of an input file. @param endpoint that of the batch: every line must be for it */
export async function* linesOfFile(content: AsyncIterable<Buffer>, endpoint: string): AsyncGenerator<GivenLine> {
  for await (const { number, bytes } of linesOf(content)) yield readLine(parse(bytes, number).root, endpoint, `line ${number}`, 'body')
}

/** The requests of a body that holds them. @param member of each that is the body of its call */
export function* linesInline(requests: JsonNode | undefined, endpoint: string, member: 'body' | 'params'): Generator<GivenLine> {
  let number = 0
  for (const request of requests?.items() ?? []) yield readLine(request, endpoint, `requests[${number++}]`, member)
}

function parse(bytes: Buffer, number: number): JsonDocument {
  try {
    return JsonDocument.parse(bytes)
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause
    throw refused(`line ${number}`, `is not JSON: ${cause.message}`)
  }
}

function readLine(line: JsonNode, endpoint: string, where: string, member: 'body' | 'params'): GivenLine {
  if (line.kind !== 'object') throw refused(where, 'is not a JSON object')
  const id = line.get('custom_id')
  if (id?.kind !== 'string' || id.string() === '' || id.string().length > longestId)
    throw refused(where, `needs a custom_id: a text of 1 to ${longestId} characters`)
  const [method, url, body] = [line.get('method'), line.get('url'), line.get(member)]
  if (method !== undefined && (method.kind !== 'string' || method.string() !== 'POST')) throw refused(where, 'has another method than POST')
  if (url !== undefined && (url.kind !== 'string' || url.string() !== endpoint)) throw refused(where, `is for another endpoint than the batch (${endpoint})`)
  if (body?.kind !== 'object') throw refused(where, `needs a ${member}: an object`)
  if (body.get('stream')?.value() === true) throw refused(where, 'asks for a stream')
  const names = line.members().map(({ name }) => name)
  return { custom_id: id.string(), body: body.json(), isDouble: new Set(names).size < names.length }
}

function refused(where: string, what: string): GatewayError {
  return gatewayError('invalid_value', `${where} ${what}`, { param: 'requests' })
}

/** What the lines of a batch have in common, once all were looked at. */
export interface Judged {
  provider: ProviderInstance | undefined
  /** Whether some line must be sent otherwise than it came. */
  isChanged: boolean
}

export interface JudgeOptions {
  readonly pipelines: Pipelines
  readonly endpoint: string
  readonly submitter: Submitter
  /** What a line calls its model, as callers would say it; undefined where they said it. */
  readonly selectorOf: ((model: string) => string) | undefined
}

/**
 * Each line after policy looked at it. What is found of them all is noted in `judged`.
 * @throws GatewayError for ids that come twice, lines for several providers, and what policy refuses, with the id of the line
 */
export async function* judgedLines(
  lines: AsyncIterable<GivenLine> | Iterable<GivenLine>,
  { pipelines, endpoint, submitter, selectorOf }: JudgeOptions,
  judged: Judged,
): AsyncGenerator<{ readonly asGiven: BatchLine; readonly asSent: BatchLine }> {
  const ids = new Set<string>()
  for await (const { custom_id: id, body, isDouble } of lines) {
    if (ids.has(id)) throw gatewayError('invalid_value', `the custom_id ${JSON.stringify(id)} comes twice`, { param: 'requests' })
    ids.add(id)
    const said = await pipelines.rehearse({ ...callOf(endpoint, submitter), body: Buffer.from(withSelector(body, selectorOf)) })
    if (said instanceof GatewayError) throw ofLine(said, id)
    judged.provider ??= said.target.provider
    if (judged.provider !== said.target.provider)
      throw gatewayError(
        'invalid_value',
        `${id} is for ${said.target.provider.name}, others are for ${judged.provider.name}: all requests of a batch go to one provider`,
        { param: 'requests' },
      )
    const sent = spelledFor(said.body, said.target)
    judged.isChanged ||= isDouble || sent !== body
    yield { asGiven: lineOf(id, body, said.target), asSent: lineOf(id, sent, said.target) }
  }
  if (ids.size === 0) throw gatewayError('invalid_value', 'the batch has no requests', { param: 'requests' })
}

/** A call in the submitter's name. */
export function callOf(endpoint: string, { caller, user_path: userPath, labels }: Submitter) {
  return {
    method: 'POST',
    path: endpoint,
    headers: { 'content-type': 'application/json', ...(endpoint === '/v1/messages' ? { 'anthropic-version': '2023-06-01' } : {}) },
    caller,
    userPath,
    labels,
  }
}

function withSelector(body: string, selectorOf: JudgeOptions['selectorOf']): string {
  if (selectorOf === undefined) return body
  const document = JsonDocument.parse(Buffer.from(body))
  const model = document.root.get('model')
  if (model?.kind !== 'string') return body
  document.replace(model, JSON.stringify(selectorOf(model.string())))
  return document.render().toString()
}

function spelledFor(body: Buffer, { model: name }: Target): string {
  const document = JsonDocument.parse(body)
  const model = document.root.get('model')
  if (model?.kind === 'string' && model.string() !== name) document.replace(model, JSON.stringify(name))
  return document.render().toString()
}

function lineOf(id: string, body: string, { model }: Target): BatchLine {
  return { custom_id: id, body, model, done: false, outcome: null }
}

function ofLine({ code, status, message }: GatewayError, id: string): GatewayError {
  return new GatewayError(code, `${id}: ${message}`, { status: status >= 500 ? status : 400, param: 'requests' })
}
