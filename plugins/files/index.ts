/** Serves /v1/files: each file at its provider, or kept by Tapline where a batch needs it and no provider does. Calls of models that name files go where these are. */

import { definePlugin, Reply, type Exchange, type FileRecord, type Files, type ReplyStream } from '../../core/index.ts'
import { batchedEndpoints } from '../shared/objects/batched-endpoints.ts'
import { notFound } from '../shared/objects/ownership.ts'
import { endsIn } from '../shared/path-end.ts'
import { jsonReply } from '../../core/pipeline/verdict.ts'
import { orStoreRefusal } from '../shared/objects/store-refusal.ts'
import { flowing } from '../shared/flowing.ts'
import type { OpenReply } from '../../core/upstream/open-call.ts'
import { uriComponent } from '../../core/uri-component.ts'
import { Readable } from 'node:stream'
import { mayHoldAnswers, reviewedLines, type Reviewing } from './answers.ts'
import { createFile, type Uploading } from './create.ts'
import { Library } from './library.ts'
import { listFiles, readQuery } from './listing.ts'
import { NamedFiles } from './named-files.ts'
import { askingOf, ProviderFiles } from './provider-files.ts'
import { schema } from './schema.ts'
import { shown } from './shown.ts'
import { FileStore } from './store.ts'

const operation = 'files'

export default definePlugin({
  name: 'files',
  description: 'Serves /v1/files, over all providers, and keeps calls to the files of their callers.',
  schema,
  provides: 'files',
  needs: ['storage', 'providers', 'models'],
  // An upload takes as long as it takes; what is asked of providers has limits of its own.
  timeoutMs: 0,
  setup({ options, services: { storage, providers, models, pipelines, clock } }) {
    const store = new FileStore(storage, clock)
    const library = new Library(store, new ProviderFiles(clock), providers)
    const named = new NamedFiles(store)
    const uploading = { models, isGuarded: () => batchedEndpoints.some(path => pipelines.guardsPrompts('POST', path)) }
    const reviewing = { pipelines, isGuarded: options.guarded }
    return {
      service: library satisfies Files,
      route: exchange => (exchange.operation === operation ? orStoreRefusal(answer(exchange, library, uploading, reviewing)) : named.look(exchange)),
      attempt: (exchange, attempt) => named.takeKey(exchange, attempt),
    }
  },
})

async function answer(exchange: Exchange, library: Library, uploading: Uploading, reviewing: Reviewing): Promise<Reply> {
  const {
    method,
    params: { id },
    query,
  } = exchange.request
  if (id === undefined)
    return jsonReply(method === 'POST' ? await createFile(exchange, library, uploading) : await listFiles(exchange, library, readQuery(query)))
  const file = await library.find(exchange, id, new URLSearchParams(query).get('provider') ?? undefined)
  if (file === undefined) throw notFound(`file '${id}'`, 'id')
  if (endsIn(exchange.request, 'content')) return await contentOf(exchange, library, file, reviewing)
  return jsonReply(method === 'DELETE' ? await deleted(library, file) : await objectOf(exchange, library, file))
}

async function deleted(library: Library, file: FileRecord): Promise<object> {
  await library.delete(file)
  return { id: file.id, object: 'file', deleted: true }
}

/** What the provider says of it now; of one that is not configured any more, what is on record. */
async function objectOf(exchange: Exchange, library: Library, file: FileRecord): Promise<object | Buffer> {
  if (file.kept || !library.providers.has(file.provider)) return shown(file)
  const object = await library.calls.get(library.providerOf(file), file.id, askingOf(exchange), file.key)
  object.set(object.root, 'provider', JSON.stringify(file.provider))
  return object.render()
}

async function contentOf(exchange: Exchange, library: Library, file: FileRecord, reviewing: Reviewing): Promise<Reply> {
  if (!file.kept) {
    const reply = await library.calls.content(library.providerOf(file), file.id, askingOf(exchange), file.key)
    return mayHoldAnswers(file)
      ? relayed(reply, flowing(Readable.from(reviewedLines(reply.body as AsyncIterable<Buffer>, exchange, file.provider, reviewing), { objectMode: false })))
      : relayed(reply)
  }
  const headers = [
    'Content-Type',
    'application/octet-stream',
    'Content-Length',
    String(file.bytes),
    'Content-Disposition',
    `attachment; filename*=UTF-8''${uriComponent(file.filename)}`,
  ]
  return new Reply({ status: 200, headers, stream: flowing(Readable.from(library.read(file), { objectMode: false })) })
}

/** @param edited what leaves in the place of the provider's bytes: nobody knows how long it is */
function relayed({ headers, body }: OpenReply, edited?: ReplyStream): Reply {
  const names = edited === undefined ? ['content-disposition', 'content-length'] : ['content-disposition']
  const kept = names.flatMap(name => (typeof headers[name] === 'string' ? [name, headers[name]] : []))
  return new Reply({
    status: 200,
    headers: ['Content-Type', String(headers['content-type'] ?? 'application/octet-stream'), ...kept],
    stream: edited ?? flowing(body),
  })
}
