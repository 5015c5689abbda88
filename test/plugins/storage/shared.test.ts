import { expect } from 'chai'
import { seededRandom } from '../../../core/testing/seeded-random.ts'
import { cover, merged, periodsIn, slotLengthsOf, type Segment } from '../../../plugins/storage/shared/slots.ts'
import { join, name, sql, statement } from '../../../plugins/storage/shared/sql/sql.ts'
import { decodeJson, decodeText, encodeJson, encodeText } from '../../../plugins/storage/shared/text.ts'

const hour = 3_600_000
const day = 24 * hour
const lengths = slotLengthsOf(0, { parts: [[]] })

describe('slots of time', () => {
  it('are put together to periods, the longest first, with rows at the edges alone', () => {
    const { slots, rows } = cover([{ period: 0, from: 22 * hour + 10, to: 3 * day + 90 * 60_000 }], lengths)
    expect(slots.map(({ from, to, length }) => [from / hour, to / hour, length / hour])).to.deep.equal([
      [22.25, 23, 0.25],
      [23, 24, 1],
      [24, 72, 24],
      [72, 73, 1],
      [73, 73.5, 0.25],
    ])
    expect(rows).to.deep.equal([{ period: 0, from: 22 * hour + 10, to: 22.25 * hour }])
  })

  it('cover every moment of their periods once', () => {
    const random = seededRandom(3)
    for (let turn = 0; turn < 200; turn += 1) {
      const borders = Array.from({ length: 4 }, () => Math.floor(random() * 5 * day) - day).sort((one, other) => one - other)
      const periods = periodsIn({ from: Math.floor(random() * day) - day }, borders)
      const { slots, rows } = cover(periods, lengths)
      const pieces: readonly Segment[] = [...slots, ...rows].sort((one, other) => one.from - other.from)
      expect(periods.map(period => joined(pieces.filter(piece => piece.period === period.period)))).to.deep.equal(periods)
      expect(slots.filter(({ from, to, length }) => from % length !== 0 || to % length !== 0)).to.deep.equal([])
    }
  })

  it('are one stretch where they meet', () => {
    const { slots } = cover(periodsIn({}, [0, 25 * hour, 26 * hour]), lengths)
    expect(merged(slots)).to.deep.equal([
      { period: 0, from: 0, to: 25 * hour },
      { period: 1, from: 25 * hour, to: 26 * hour },
    ])
    expect(
      merged([
        { period: 0, from: 0, to: 1 },
        { period: 0, from: 2, to: 3 },
      ]),
    ).to.have.length(2)
  })

  it('are not as short for all dimensions, where other sums answer most questions', () => {
    expect(slotLengthsOf(0, { parts: [['a', 'b'], ['a']] })).to.deep.equal([day, hour])
    expect(slotLengthsOf(1, { parts: [['a', 'b'], ['a']] })).to.deep.equal([day, hour, hour / 4])
  })
})

/** Pieces that meet, as one. */
function joined(pieces: readonly Segment[]): Segment | undefined {
  expect(pieces.slice(1).filter((piece, index) => piece.from !== pieces[index]?.to)).to.deep.equal([])
  const [first] = pieces
  return first === undefined ? undefined : { period: first.period, from: first.from, to: pieces.at(-1)?.to ?? NaN }
}

describe('the text of a store', () => {
  const odd = ['', 'plain', '\0', '\u0010', '\u00100000', 'a\0\ud800b\u0010', '\udc00\ud800', '😀', String.raw`\u0000`, String.raw`\\u0010d800`, '\u0001\u001f']

  for (const text of odd) {
    it(`is read back as it was written: ${JSON.stringify(text)}`, () => {
      expect(decodeText(encodeText(text))).to.equal(text)
      expect(decodeJson(encodeJson({ [text]: [text] }) ?? '')).to.deep.equal({ [text]: [text] })
    })

    it(`can be written by every database: ${JSON.stringify(text)}`, () => {
      expect(encodeText(text)).to.satisfy((encoded: string) => encoded.isWellFormed() && !encoded.includes('\0'))
      const strings = JSON.parse(encodeJson([text]) ?? '') as readonly string[]
      expect(strings[0]).to.equal(encodeText(text))
    })
  }
})

describe('SQL in pieces', () => {
  const mark = (index: number) => `$${index}`

  it('has values as parameters, numbered through all pieces', () => {
    const statement = sql`SELECT ${1} WHERE ${join([sql`a = ${'x'}`, sql`b = ${null}`], ' AND ')} LIMIT ${2}`
    expect([statement.text(mark), statement.parameters]).to.deep.equal(['SELECT $1 WHERE a = $2 AND b = $3 LIMIT $4', [1, 'x', null, 2]])
  })

  it('can be put together once, for values that come later', () => {
    const find = statement<'id' | 'now'>(({ id, now }) => sql`SELECT ${1} WHERE id = ${id} AND (${now} < t OR ${now} > u)`)
    const [one, other] = [find({ id: 'a', now: 5 }), find({ id: 'b', now: 6 })]
    expect([one.text(mark), one.parameters]).to.deep.equal(['SELECT $1 WHERE id = $2 AND ($3 < t OR $4 > u)', [1, 'a', 5, 5]])
    expect([other.texts === one.texts, other.parameters]).to.deep.equal([true, [1, 'b', 6, 6]])
  })

  it('has names in quotes, whatever they are', () => {
    expect(sql`SELECT ${name('t', 'a"; DROP TABLE x; --')}`.text(mark)).to.equal('SELECT "t"."a""; DROP TABLE x; --"')
  })
})
