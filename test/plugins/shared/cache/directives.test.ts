import { expect } from 'chai'
import { bypasses, leavesOut, paceOf, thresholdOf, ttlMs } from '../../../../plugins/shared/cache/directives.ts'

describe("the caller's headers", () => {
  const bypassing: readonly [Record<string, string>, boolean][] = [
    [{}, false],
    [{ 'cache-control': 'no-cache' }, true],
    [{ 'cache-control': 'max-age=0, No-Store' }, true],
    [{ 'cache-control': 'max-age=0' }, false],
    [{ 'x-cache-control': 'no-store' }, true],
    [{ 'x-cache-control': 'no-cache' }, false],
    [{ 'x-cache-type': 'semantic' }, false],
  ]
  for (const [headers, expected] of bypassing)
    it(`${expected ? 'bypass' : 'do not bypass'} the caches with ${JSON.stringify(headers)}`, () => {
      expect(bypasses(headers)).to.equal(expected)
    })

  const layers: readonly [string | undefined, exact: boolean, semantic: boolean][] = [
    [undefined, false, false],
    ['exact', false, true],
    ['Semantic', true, false],
    ['both', false, false],
    ['odd', false, false],
    ['exact, semantic', false, false],
  ]
  for (const [type, exact, semantic] of layers) {
    it(`leave out ${[...(exact ? ['exact'] : []), ...(semantic ? ['semantic'] : [])].join() || 'neither layer'} with X-Cache-Type: ${type}`, () => {
      const headers = type === undefined ? {} : { 'x-cache-type': type }
      expect([leavesOut(headers, 'exact'), leavesOut(headers, 'semantic')]).to.deep.equal([exact, semantic])
    })
  }

  const lives: readonly [string | undefined, configured: number, expected: number][] = [
    [undefined, 60_000, 60_000],
    ['5', 60_000, 5000],
    ['0', 60_000, 1000],
    ['100000', 60_000, 600_000],
    ['-1', 60_000, 60_000],
    ['soon', 60_000, 60_000],
    [undefined, 0, 0],
    ['100000', 0, 100_000_000],
    ['0', 0, 1000],
  ]
  for (const [asked, configured, expected] of lives) {
    it(`let an entry live ${expected} ms with X-Cache-TTL: ${asked}, where ${configured} is configured`, () => {
      expect(ttlMs(asked === undefined ? {} : { 'x-cache-ttl': asked }, configured)).to.equal(expected)
    })
  }

  const thresholds: readonly [string | undefined, number][] = [
    [undefined, 0.92],
    ['0.95', 0.95],
    ['.9', 0.9],
    ['1', 1],
    ['0.8', 0.8],
    ['0.5', 0.8],
    ['0', 0.92],
    ['1.01', 0.92],
    ['-0.9', 0.92],
    ['high', 0.92],
    ['', 0.92],
  ]
  for (const [asked, expected] of thresholds) {
    it(`want a similarity of ${expected} with X-Cache-Semantic-Threshold: ${asked}`, () => {
      expect(thresholdOf(asked === undefined ? {} : { 'x-cache-semantic-threshold': asked }, 0.92)).to.equal(expected)
    })
  }

  const paces = [
    [undefined, 'instant'],
    ['paced', 'paced'],
    ['Instant', 'instant'],
    ['slow', 'instant'],
  ] as const
  for (const [asked, expected] of paces)
    it(`replay a stream ${expected} with X-Cache-Replay: ${asked}`, () => {
      expect(paceOf(asked === undefined ? {} : { 'x-cache-replay': asked }, 'instant')).to.equal(expected)
    })
})
