/** Files in which providers put the answers of batches: policy looks at each of these, whoever reads the file. */

import { GatewayError, JsonDocument, type Exchange, type FileRecord, type JsonNode, type Pipelines } from '../../core/index.ts'
import { linesOf } from '../shared/objects/lines.ts'
import { stringOf } from '../../core/document/readings.ts'

/** A request of each kind, which tells policy what the answer is. */
const requests: ReadonlyMap<string, { readonly path: string; readonly body: object }> = new Map([
  ['chat.completion', { path: '/v1/chat/completions', body: { messages: [{ role: 'user', content: '' }] } }],
  ['response', { path: '/v1/responses', body: { input: '', store: false } }],
  ['message', { path: '/v1/messages', body: { max_tokens: 1, messages: [{ role: 'user', content: '' }] } }],
])

export interface Reviewing {
  readonly pipelines: Pipelines
  /** Whether the guardrails of the configuration's list, and of workflows, look at batches. */
  readonly isGuarded: boolean
}

/** Whether a file may be the output of a batch. What callers gave as the input of one has no answers in it, and goes through as it is. */
export function mayHoldAnswers({ purpose, filename }: FileRecord): boolean {
  return (purpose !== 'batch' && purpose.includes('batch')) || (purpose === '' && /(^|\.jsonl)$/i.test(filename))
}

/** The lines of a file, with answers as policy lets them pass. */
export async function* reviewedLines(content: AsyncIterable<Buffer>, exchange: Exchange, provider: string, reviewing: Reviewing): AsyncGenerator<Buffer> {
  for await (const { bytes } of linesOf(content)) {
    yield await reviewedLine(bytes, exchange, provider, reviewing)
    yield newline
  }
}

const newline = Buffer.from('\n')

async function reviewedLine(
  bytes: Buffer,
  { caller = { method: 'no_key' }, userPath, labels }: Exchange,
  provider: string,
  { pipelines, isGuarded }: Reviewing,
): Promise<Buffer> {
  const line = JsonDocument.tryParse(bytes)
  const response = line?.root.get('response')
  const answer = response?.get('body')
  const request = requests.get(kindOf(answer))
  if (line === undefined || response === undefined || answer === undefined || request === undefined) return bytes
  const headers = { 'content-type': 'application/json', ...(request.path === '/v1/messages' ? { 'anthropic-version': '2023-06-01' } : {}) }
  const body = Buffer.from(JSON.stringify({ model: stringOf(answer.get('model')) || 'unknown', provider, ...request.body }))
  const { body: said } = await pipelines.review(
    { method: 'POST', path: request.path, headers, caller, userPath, labels, isExempt: !isGuarded, body },
    answer.bytes(),
  )
  if (!(said instanceof GatewayError)) {
    if (!said.equals(answer.bytes())) line.replace(answer, said.toString())
    return line.render()
  }
  line.replace(response, 'null')
  line.set(line.root, 'error', JSON.stringify({ code: said.code, message: said.message }))
  return line.render()
}

function kindOf(answer: JsonNode | undefined): string {
  return stringOf(answer?.get('object')) ?? stringOf(answer?.get('type')) ?? ''
}
