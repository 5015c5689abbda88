/** A vendor that runs batches as OpenAI's and Anthropic's APIs do: when the test says so, every request of a batch is answered. */

import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'
import { FileVendor } from './file-vendor.ts'

type Body = Readonly<Record<string, unknown>>
type Answerer = (request: { readonly custom_id: string; readonly body: Body }) => { readonly status: number; readonly body: unknown }

interface VendorBatch {
  readonly requests: readonly { readonly custom_id: string; readonly body: Body }[]
  object: Record<string, unknown>
  results: string
}

export class BatchVendor extends FileVendor {
  readonly batches = new Map<string, VendorBatch>()

  cueWithBatches(others: (request: ReceivedRequest) => Script = () => missing) {
    return this.cue(request => {
      const { pathname } = new URL(request.path, 'http://vendor')
      const [, kind, id, action] = /^\/v1\/(batches|messages\/batches)(?:\/([^/]+))?(?:\/(cancel|results))?$/.exec(pathname) ?? []
      if (kind === undefined) return others(request)
      if (id === undefined) return kind === 'batches' ? this.#create(request) : this.#createMessages(request)
      const batch = this.batches.get(id)
      if (batch === undefined) return missing
      if (action === 'results') return { headers: { 'content-type': 'application/x-jsonl' }, body: batch.results }
      if (action === 'cancel') batch.object = { ...batch.object, ...(kind === 'batches' ? { status: 'cancelling' } : { processing_status: 'canceling' }) }
      if (request.method === 'DELETE') this.batches.delete(id)
      return { body: batch.object }
    })
  }

  /** Answers all requests of the only batch, but for those that `answer` leaves out. */
  finish(answer: (request: { readonly custom_id: string; readonly body: Body }) => ReturnType<Answerer> | undefined, status = 'completed'): void {
    for (const batch of this.batches.values()) {
      const answered = batch.requests.flatMap(request => {
        const reply = answer(request)
        return reply === undefined ? [] : [{ ...request, reply }]
      })
      if (batch.object['object'] === 'batch') this.#finishFile(batch, answered, status)
      else this.#finishMessages(batch, answered)
    }
  }

  #create({ body }: ReceivedRequest): Script {
    const asked = JSON.parse(body.toString()) as Record<string, unknown>
    const input = this.files.find(({ file }) => file.id === asked['input_file_id'])
    if (input === undefined)
      return { status: 400, body: { error: { message: 'no such input', type: 'invalid_request_error', param: 'input_file_id', code: null } } }
    const requests = input.content
      .toString()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { custom_id: string; body: Body })
    const id = `batch-vendor-${this.batches.size + 1}`
    const object = {
      id,
      object: 'batch',
      status: 'validating',
      ...asked,
      output_file_id: null,
      error_file_id: null,
      errors: null,
      created_at: 1,
      request_counts: { total: requests.length, completed: 0, failed: 0 },
    }
    this.batches.set(id, { requests, object, results: '' })
    return { body: object }
  }

  #createMessages({ body }: ReceivedRequest): Script {
    const { requests } = JSON.parse(body.toString()) as { requests: { custom_id: string; params: Body }[] }
    const id = `msgbatch_vendor_${this.batches.size + 1}`
    const object = {
      id,
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: requests.length, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
      results_url: null,
    }
    this.batches.set(id, { requests: requests.map(({ custom_id, params }) => ({ custom_id, body: params })), object, results: '' })
    return { body: object }
  }

  #finishFile(batch: VendorBatch, answered: readonly { readonly custom_id: string; readonly reply: ReturnType<Answerer> }[], status: string): void {
    const lines = answered.map(({ custom_id, reply }) => ({
      reply,
      text: `${JSON.stringify({ id: `r-${custom_id}`, custom_id, response: { status_code: reply.status, request_id: `req-${custom_id}`, body: reply.body }, error: null })}\n`,
    }))
    const put = (name: string, isFine: boolean) => {
      const text = lines
        .filter(({ reply }) => reply.status < 300 === isFine)
        .map(line => line.text)
        .join('')
      return text === '' ? null : this.put(name, 'batch_output', Buffer.from(text)).id
    }
    batch.object = { ...batch.object, status, output_file_id: put('out.jsonl', true), error_file_id: put('err.jsonl', false) }
  }

  #finishMessages(batch: VendorBatch, answered: readonly { readonly custom_id: string; readonly reply: ReturnType<Answerer> }[]): void {
    const isFine = ({ status }: { readonly status: number }) => status < 300
    batch.results = answered
      .map(
        ({ custom_id, reply }) =>
          `${JSON.stringify({ custom_id, result: isFine(reply) ? { type: 'succeeded', message: reply.body } : { type: 'errored', error: reply.body } })}\n`,
      )
      .reverse()
      .join('')
    const succeeded = answered.filter(({ reply }) => isFine(reply)).length
    batch.object = {
      ...batch.object,
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded, errored: answered.length - succeeded, canceled: batch.requests.length - answered.length, expired: 0 },
    }
  }
}

const missing: Script = { status: 404, body: { error: { message: 'not found', type: 'invalid_request_error', param: null, code: null } } }
