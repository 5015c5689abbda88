/** An upload, read as it comes: its fields, and its file on this machine's disk until it is known where it belongs. */

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gatewayError, type IncomingRequest } from '../../core/index.ts'
import { partsOf, type FlowingPart } from './form-parts.ts'
import { boundaryOf } from '../../core/form/scanner.ts'
import { wholeBytes } from '../../core/whole-bytes.ts'

const fieldLimit = 64 * 1024

/** A file in a folder of its own, which goes with it. */
export class DiskFile {
  readonly path: string
  readonly bytes: number
  readonly #folder: string

  private constructor(folder: string, path: string, bytes: number) {
    this.#folder = folder
    this.path = path
    this.bytes = bytes
  }

  static async write(content: Readable | AsyncIterable<Buffer>): Promise<DiskFile> {
    const folder = await mkdtemp(join(tmpdir(), 'tapline-upload-'))
    const path = join(folder, 'content')
    try {
      await pipeline(content, createWriteStream(path, { mode: 0o600 }))
      return new DiskFile(folder, path, (await stat(path)).size)
    } catch (cause) {
      await rm(folder, { recursive: true, force: true })
      throw cause
    }
  }

  read(): Readable {
    return createReadStream(this.path, { highWaterMark: 256 * 1024 })
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

export interface Uploaded {
  /** The last of each name. */
  readonly fields: ReadonlyMap<string, string>
  readonly filename: string
  readonly type: string | undefined
  readonly file: DiskFile
}

/** Reads a form with a `file`. The caller removes the file. @throws GatewayError for a form that is broken, or lacks what it must have */
export async function readUpload({ headers, upload }: IncomingRequest): Promise<Uploaded> {
  const boundary = boundaryOf(String(headers['content-type'] ?? ''))
  if (boundary === undefined || upload === undefined) throw gatewayError('unsupported_content_type', 'this route takes multipart/form-data with a boundary')
  const fields = new Map<string, string>()
  let found: Pick<Uploaded, 'filename' | 'type' | 'file'> | undefined
  try {
    for await (const part of partsOf(upload(), boundary)) {
      if (part.filename === undefined) fields.set(part.name, await textOf(part))
      else if (part.name === 'file' && found === undefined) found = { filename: part.filename, type: part.type, file: await DiskFile.write(part.content) }
      else throw gatewayError('invalid_value', `the form has a file ${JSON.stringify(part.name)} beside "file"`, { param: part.name })
    }
    if (found === undefined) throw missing('file')
    if ((fields.get('purpose') ?? '') === '') throw missing('purpose')
    return { fields, ...found }
  } catch (cause) {
    await found?.file.remove()
    throw cause
  }
}

async function textOf({ name, content }: FlowingPart): Promise<string> {
  const bytes = await wholeBytes(content, fieldLimit, () => gatewayError('invalid_value', `${name} has more than ${fieldLimit} bytes`, { param: name }))
  return bytes.toString()
}

function missing(param: string): Error {
  return gatewayError('missing_required_parameter', `${param} is required`, { param })
}
