import { expect } from 'chai'
import { LineRoom, type Stretch } from '../../../../core/storage/spool/line-room.ts'

const pieceBytes = 64 * 1024

describe('room for lines', () => {
  /** Ends a stretch with these lines. */
  function stretch(room: LineRoom, ...lines: readonly string[]): Stretch {
    for (const line of lines) expect(room.add(line), line.slice(0, 10)).to.equal(true)
    return room.end()
  }

  it('gives stretches that stay as they are while others come', () => {
    const room = new LineRoom(10)
    const first = stretch(room, 'one', 'zwölf')
    const second = stretch(room, '😀')
    expect([first, second].map(({ lines, count }) => [lines.toString(), count])).to.deep.equal([
      ['one\nzwölf\n', 2],
      ['😀\n', 1],
    ])
    expect(second.piece).to.equal(first.piece)
  })

  it('has no room behind the most lines of a stretch until it is ended', () => {
    const room = new LineRoom(2)
    room.add('a')
    room.add('b')
    expect([room.add('c'), room.count, room.length]).to.deep.equal([false, 2, 4])
    expect(room.end().count).to.equal(2)
    expect(stretch(room, 'c').lines.toString()).to.equal('c\n')
  })

  const left = pieceBytes - 'first\n'.length - 1
  const fitting: readonly (readonly [string, number, boolean])[] = [
    ['x', left, true],
    ['x', left + 1, false],
    ['é', Math.floor(left / 2), true],
    ['é', Math.floor(left / 2) + 1, false],
    ['😀', Math.floor(left / 4), true],
    ['😀', Math.floor(left / 4) + 1, false],
  ]
  for (const [character, count, fits] of fitting) {
    it(`takes ${count} times ${character} ${fits ? 'behind another line' : 'into another piece'}`, () => {
      const room = new LineRoom(10)
      const first = stretch(room, 'first')
      const line = character.repeat(count)
      const second = stretch(room, line)
      expect([second.lines.toString(), second.piece === first.piece]).to.deep.equal([`${line}\n`, fits])
      room.add('another line')
      expect(room.add(line), 'of one stretch').to.equal(false)
    })
  }

  it('forgets what is cut off', () => {
    const room = new LineRoom(10)
    room.add('kept')
    const [length, count] = [room.length, room.count]
    room.add('forgotten')
    expect(room.lines(length).toString()).to.equal('forgotten\n')
    room.cut(length, count)
    expect(stretch(room, 'next').lines.toString()).to.equal('kept\nnext\n')
  })

  it('uses a piece again when nobody reads a stretch of it, and none that is larger', () => {
    const room = new LineRoom(10)
    const full = 'x'.repeat(pieceBytes - 1)
    const [first, second] = [stretch(room, full), stretch(room, full)]
    expect(second.piece).not.to.equal(first.piece)
    room.free(first.piece)
    const third = stretch(room, full)
    expect(third.piece).to.equal(first.piece)
    const large = stretch(room, `${full}x`)
    room.free(large.piece)
    room.free(second.piece)
    expect(stretch(room, full).piece).to.equal(second.piece)
    expect(stretch(room, `${full}x`).piece).not.to.equal(large.piece)
  })

  it('uses no piece again of which one of several stretches is read', () => {
    const room = new LineRoom(1)
    const [first, second] = [stretch(room, 'a'), stretch(room, 'b')]
    expect(second.piece).to.equal(first.piece)
    room.free(first.piece)
    const full = 'x'.repeat(pieceBytes - 1)
    expect(stretch(room, full).piece).not.to.equal(first.piece)
    room.free(second.piece)
    expect(stretch(room, full).piece).to.equal(first.piece)
  })
})
