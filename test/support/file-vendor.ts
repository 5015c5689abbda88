/** A vendor that keeps files as OpenAI's API does: uploads, lists with cursors, contents, deletions. */

import type { ReceivedRequest } from '../../core/testing/received-request.ts'
import type { Script } from '../../core/testing/script.ts'

export interface VendorFile {
  readonly id: string
  readonly object: 'file'
  readonly bytes: number
  readonly created_at: number
  readonly filename: string
  readonly purpose: string
  readonly status: 'processed'
}

export class FileVendor {
  readonly files: { readonly file: VendorFile; readonly content: Buffer }[] = []
  readonly #name: string
  #made = 0

  /** @param name stands in its ids */
  constructor(name = 'vendor') {
    this.#name = name
  }

  /** For `upstream.always`; what is no call about files is answered by `others`. */
  cue(others: (request: ReceivedRequest) => Script = () => notFound) {
    return (request: ReceivedRequest): Script => {
      const { pathname, searchParams } = new URL(request.path, 'http://vendor')
      const [, id, content] = /^\/v1\/files(?:\/([^/]+))?(\/content)?$/.exec(pathname) ?? []
      if (!pathname.startsWith('/v1/files')) return others(request)
      if (id === undefined) return request.method === 'POST' ? this.#create(request) : this.#list(searchParams)
      const found = this.files.findIndex(({ file }) => file.id === decodeURIComponent(id))
      const kept = this.files[found]
      if (kept === undefined) return notFound
      if (content !== undefined)
        return { headers: { 'content-type': 'application/jsonl', 'content-disposition': `attachment; filename="${kept.file.filename}"` }, body: kept.content }
      if (request.method === 'GET') return { body: kept.file }
      this.files.splice(found, 1)
      return { body: { id: kept.file.id, object: 'file', deleted: true } }
    }
  }

  /** A file that the vendor has without the gateway's doing. */
  put(filename: string, purpose: string, content: Buffer, createdAt = ++this.#made): VendorFile {
    const file: VendorFile = {
      id: `file-${this.#name}-${String(this.files.length + this.#made).padStart(3, '0')}`,
      object: 'file',
      bytes: content.length,
      created_at: createdAt,
      filename,
      purpose,
      status: 'processed',
    }
    this.files.push({ file, content })
    return file
  }

  #create({ body, headers }: ReceivedRequest): Script {
    const parts = partsOf(body, String(headers['content-type']))
    const file = parts.find(({ filename }) => filename !== undefined)
    const purpose = parts.find(({ name }) => name === 'purpose')
    if (file?.filename === undefined || purpose === undefined)
      return { status: 400, body: { error: { message: 'bad form', type: 'invalid_request_error', param: 'file', code: null } } }
    return { body: this.put(file.filename, purpose.content.toString(), file.content) }
  }

  #list(query: URLSearchParams): Script {
    const sign = query.get('order') === 'asc' ? 1 : -1
    const all = this.files
      .map(({ file }) => file)
      .filter(({ purpose }) => purpose === (query.get('purpose') ?? purpose))
      .sort((one, other) => sign * (one.created_at - other.created_at))
    const from = query.has('after') ? all.findIndex(({ id }) => id === query.get('after')) + 1 : 0
    const data = all.slice(from, from + Number(query.get('limit') ?? 10_000))
    return { body: { object: 'list', data, has_more: from + data.length < all.length } }
  }
}

const notFound: Script = { status: 404, body: { error: { message: 'No such File object', type: 'invalid_request_error', param: 'id', code: null } } }

/** The parts of a form that is whole. */
function partsOf(body: Buffer, type: string): readonly { readonly name: string; readonly filename: string | undefined; readonly content: Buffer }[] {
  const boundary = /boundary=(.+)$/.exec(type)?.[1] ?? ''
  return body
    .toString('latin1')
    .split(`--${boundary}`)
    .slice(1, -1)
    .map(part => {
      const [head = '', ...rest] = part.slice(2).split('\r\n\r\n')
      return {
        name: / name="([^"]*)"/.exec(head)?.[1] ?? '',
        filename: / filename="([^"]*)"/.exec(head)?.[1],
        content: Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1'),
      }
    })
}
