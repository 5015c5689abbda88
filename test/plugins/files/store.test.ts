import { expect } from 'chai'
import type { FileRecord } from '../../../core/index.ts'
import { FileStore } from '../../../plugins/files/store.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'

const pieceBytes = 256 * 1024

describe('the store of files', () => {
  let opened: OpenStore
  let store: FileStore
  beforeEach(async () => {
    opened = await OpenStore.open(sqlite, { path: ':memory:' })
    store = new FileStore(opened.storage, opened.clock)
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  const keep = (bytes: number) => store.keep({ filename: 'a.jsonl', purpose: 'batch', provider: 'openai', owner: '/' }, [Buffer.alloc(bytes, 'a')])
  const read = async (file: FileRecord, between: () => Promise<unknown> = () => Promise.resolve()) => {
    let bytes = 0
    for await (const piece of store.read(file)) {
      bytes += piece.length
      await between()
    }
    return bytes
  }

  for (const bytes of [0, 1, pieceBytes, 8 * pieceBytes, 8 * pieceBytes + 1]) {
    it(`gives back all ${bytes} bytes of one`, async () => {
      const file = await keep(bytes)
      expect([file.bytes, await read(file)]).to.deep.equal([bytes, bytes])
    })
  }

  it('gives nobody the beginning of one for the whole that is deleted under the reader', async () => {
    const file = await keep(20 * pieceBytes)
    expect(await read(file, () => store.delete(file)).catch((cause: unknown) => cause)).to.include({ code: 'not_found' })
  })
})
