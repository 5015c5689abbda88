import { expect } from 'chai'
import type { JournalRow } from '../../../../core/storage/journal.ts'
import { rowsIn } from '../../../../core/storage/spool/lines.ts'
import { RowBuffer } from '../../../../plugins/shared/journal/row-buffer.ts'

interface Row extends JournalRow {
  readonly text: string
}

const row = (id: number, text = ''): Row => ({ id: String(id), timestamp: 1, text })
const idsIn = (lines: Buffer) => rowsIn<Row>(lines).map(({ id }) => Number(id))
const upTo = (count: number) => Array.from({ length: count }, (_, id) => id)

describe('rows that wait in memory', () => {
  const sizes = [0, 200, 21_845, 65_480, 65_490, 65_500, 65_536, 200_000]
  for (const character of ['a', 'é', 'Ω', '😀', '\ud800', '\n']) {
    it(`come out as they went in, whatever their length, of ${JSON.stringify(character)}`, () => {
      const buffer = new RowBuffer<Row>(3)
      const rows = [...sizes, ...sizes.toReversed()].map((size, id) => row(id, character.repeat(Math.floor(size / Buffer.byteLength(character)))))
      for (const one of rows) buffer.add(JSON.stringify(one))
      const seen: Row[] = []
      for (let some = buffer.next(3); some.count > 0; some = buffer.next(3)) {
        expect(some.count).to.be.at.most(3)
        seen.push(...rowsIn<Row>(some.lines))
        buffer.drop(some.count)
      }
      expect(seen).to.deep.equal(rows)
      expect(buffer.length).to.equal(0)
    })
  }

  it('are given again until they are dropped, and those that came meanwhile stay', () => {
    const buffer = new RowBuffer<Row>(100)
    for (const id of [0, 1]) buffer.add(JSON.stringify(row(id)))
    const first = buffer.next(100)
    buffer.add(JSON.stringify(row(2)))
    buffer.addLate(row(3))
    expect(idsIn(buffer.next(2).lines)).to.deep.equal([0, 1])
    buffer.drop(first.count)
    expect(buffer.length).to.equal(2)
    expect(idsIn(buffer.next(100).lines)).to.deep.equal([2, 3])
  })

  it('are all given up some at a time, as one text cannot hold any number of them', () => {
    const buffer = new RowBuffer<Row>(10)
    let spelled = 0
    for (const id of upTo(95))
      buffer.addLate({
        ...row(id),
        toJSON: () => {
          spelled += 1
          return row(id)
        },
      } as Row)
    const lines: string[] = []
    for (const line of buffer.takeAll()) {
      if (lines.length === 0) expect(spelled).to.equal(10)
      lines.push(line)
    }
    expect(lines.map(line => Number((JSON.parse(line) as Row).id))).to.deep.equal(upTo(95))
    expect([buffer.length, [...buffer.takeAll()]]).to.deep.equal([0, []])
  })
})
