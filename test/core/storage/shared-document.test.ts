import { expect } from 'chai'
import { Conflict, type Records } from '../../../core/storage/records.ts'
import { SharedDocument } from '../../../core/storage/shared-document.ts'

interface List {
  readonly names: readonly string[]
}

/** A collection of one document; a competitor may write between a reading and a writing. */
class OneDocument {
  value: List | undefined
  revision = 0
  competitors: string[] = []
  readonly watching = new Set<() => void>()

  get records(): Records<List> {
    return {
      get: async () => (this.value === undefined ? undefined : { id: 'x', revision: this.revision, owner: '', position: 0, value: this.value }),
      put: async (id: string, value: List, { expected }: { expected: number }) => {
        const competitor = this.competitors.shift()
        if (competitor !== undefined) this.write({ names: [...(this.value?.names ?? []), competitor] })
        if (expected !== this.revision) throw new Conflict('test', id)
        this.write(value)
        return { id, revision: this.revision, owner: '', position: 0, value }
      },
      watch: (changed: () => void) => {
        this.watching.add(changed)
        return () => this.watching.delete(changed)
      },
    } as unknown as Records<List>
  }

  write(value: List): void {
    this.value = value
    this.revision += 1
  }
}

const adding =
  (name: string) =>
  ({ names }: List): List => ({ names: [...names, name] })

describe('a document that processes share', () => {
  let one: OneDocument
  let seen: (readonly string[])[]
  let document: SharedDocument<List>
  beforeEach(async () => {
    one = new OneDocument()
    seen = []
    document = new SharedDocument({
      records: one.records,
      id: 'x',
      empty: { names: [] },
      changed: ({ names }) => {
        seen.push(names)
      },
      failed: () => {},
    })
    await document.open()
  })

  it('is empty before anybody wrote', () => expect([document.content, seen]).to.deep.equal([{ names: [] }, []]))

  it('stands here when the change resolves', async () => {
    await document.change(adding('a'))
    expect([document.content, one.value, seen]).to.deep.equal([{ names: ['a'] }, { names: ['a'] }, [['a']]])
  })

  it('takes changes one after the other', async () => {
    await Promise.all(['a', 'b', 'c'].map(async name => await document.change(adding(name))))
    expect(one.value).to.deep.equal({ names: ['a', 'b', 'c'] })
  })

  it('is changed anew over what another process wrote meanwhile', async () => {
    one.competitors = ['theirs', 'too']
    await document.change(adding('ours'))
    expect(one.value).to.deep.equal({ names: ['theirs', 'too', 'ours'] })
  })

  it('is given up when others write all the time', async () => {
    one.competitors = Array.from({ length: 100 }, (_, index) => `n${index}`)
    expect(await document.change(adding('ours')).catch((cause: unknown) => cause)).to.be.instanceOf(Conflict)
    await document.change(adding('later')).catch(() => {})
    one.competitors = []
    await document.change(adding('last'))
    expect(document.content.names.at(-1)).to.equal('last')
  })

  it('is left as it is by a change that is none, or that fails', async () => {
    await document.change(() => undefined)
    expect(
      await document
        .change(() => {
          throw new Error('no')
        })
        .catch((cause: Error) => cause.message),
    ).to.equal('no')
    expect(one.revision).to.equal(0)
  })

  it('follows what others write', async () => {
    one.write({ names: ['theirs'] })
    for (const changed of one.watching) changed()
    await document.read()
    expect([document.content.names, seen]).to.deep.equal([['theirs'], [['theirs']]])
    await document.close()
    expect(one.watching.size).to.equal(0)
  })
})
