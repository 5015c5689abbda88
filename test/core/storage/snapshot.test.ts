import { expect } from 'chai'
import { setImmediate as turn } from 'node:timers/promises'
import { Conflict, type Records, type Stored } from '../../../core/storage/records.ts'
import { Snapshot } from '../../../core/storage/snapshot.ts'
import { StorageUnavailable } from '../../../core/storage/storage.ts'

interface Colour {
  readonly hex: string
}

/** A collection whose listings can fail. */
class FakeRecords implements Pick<Records<Colour>, 'list' | 'put' | 'delete' | 'watch'> {
  readonly rows: Stored<Colour>[] = []
  failure: Error | undefined
  tell: () => unknown = () => {}

  async list({ limit = 1000, after }: { readonly limit?: number; readonly after?: { readonly position: number } } = {}): Promise<readonly Stored<Colour>[]> {
    if (this.failure !== undefined) throw this.failure
    return this.rows.filter(({ position }) => after === undefined || position > after.position).slice(0, limit)
  }

  async put(id: string, value: Colour, { expected }: { readonly expected?: number } = {}): Promise<Stored<Colour>> {
    if (expected === 0 && this.rows.some(row => row.id === id)) throw new Conflict('colours', id)
    const stored = { id, value, revision: 1, owner: '', position: this.rows.length }
    this.rows.push(stored)
    return stored
  }

  async delete(id: string): Promise<boolean> {
    const at = this.rows.findIndex(row => row.id === id)
    if (at >= 0) this.rows.splice(at, 1)
    return at >= 0
  }

  watch(changed: () => unknown): () => void {
    this.tell = changed
    return () => {
      this.tell = () => {}
    }
  }
}

function start() {
  const records = new FakeRecords()
  const failures: unknown[] = []
  let changes = 0
  const snapshot = new Snapshot(
    records as unknown as Records<Colour>,
    () => {
      changes += 1
    },
    cause => failures.push(cause),
  )
  return { records, snapshot, failures, changes: () => changes }
}

describe('a snapshot of a collection', () => {
  it('holds all of it, however many pages that is', async () => {
    const { records, snapshot } = start()
    for (let i = 0; i < 2500; i++) await records.put(`c${i}`, { hex: String(i) })
    await snapshot.open()
    expect(snapshot.all).to.have.lengthOf(2500)
    expect(snapshot.get('c2499')?.value).to.deep.equal({ hex: '2499' })
  })

  it('holds what was written through it when the write is over', async () => {
    const { snapshot } = start()
    await snapshot.open()
    await snapshot.put('red', { hex: 'f00' })
    expect(snapshot.get('red')?.value).to.deep.equal({ hex: 'f00' })
    expect(await snapshot.delete('red')).to.equal(true)
    expect(snapshot.all).to.deep.equal([])
  })

  it('holds what others wrote first when a write is refused for it', async () => {
    const { records, snapshot } = start()
    await snapshot.open()
    await records.put('red', { hex: 'f00' })
    expect(await snapshot.put('red', { hex: 'e00' }, { expected: 0 }).catch((cause: unknown) => cause)).to.be.instanceOf(Conflict)
    expect(snapshot.get('red')?.value).to.deep.equal({ hex: 'f00' })
  })

  it('follows what others write, and says so', async () => {
    const { records, snapshot, changes } = start()
    await snapshot.open()
    await records.put('red', { hex: 'f00' })
    records.tell()
    await turn()
    expect([snapshot.all.length, changes()]).to.deep.equal([1, 2])
  })

  it('keeps what it has when the store is away, and tells why', async () => {
    const { records, snapshot, failures } = start()
    await records.put('red', { hex: 'f00' })
    await snapshot.open()
    records.failure = new Error('away')
    records.tell()
    await turn()
    expect(snapshot.all).to.have.lengthOf(1)
    expect(failures).to.deep.equal([records.failure])
  })

  for (const [what, failure, answer] of [
    ['the store was away', new StorageUnavailable('away'), false],
    ['something else failed, which would fail again', new Error('broken'), true],
  ] as const) {
    it(`says whether it is to be told again, when ${what}`, async () => {
      const { records, snapshot } = start()
      await snapshot.open()
      records.failure = failure
      expect(await records.tell()).to.equal(answer)
      records.failure = undefined
      expect(await records.tell()).to.equal(true)
    })
  }

  it('is told nothing more once it is closed', async () => {
    const { records, snapshot, changes } = start()
    await snapshot.open()
    await snapshot.close()
    records.tell()
    await turn()
    expect(changes()).to.equal(1)
  })
})
