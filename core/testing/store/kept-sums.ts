/** Kept sums: whatever happens to the rows, they say what the rows say. */

import { deepStrictEqual } from 'node:assert/strict'
import type { Filter, Journal, SumsQuery } from '../../storage/journal.ts'
import { seededRandom } from '../seeded-random.ts'
import { periods, type PeriodUnit } from '../../storage/periods.ts'
import type { ConformanceCase } from '../conformance.ts'
import { calls, summedCalls, type Call } from './calls.ts'
import { casesOn, type StoreUnderTest } from './cases.ts'
import { OpenStore } from './open-store.ts'

const start = Date.UTC(2026, 2, 20)
const end = Date.UTC(2026, 3, 10)

/** Chance that is the same in every run. */
class Dice {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  upTo(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.upTo(choices.length)] as T
  }
}

/** Fractions that add up without a remainder. */
function call(dice: Dice, id: number): Call {
  return {
    id: `c${id}`,
    timestamp: start + dice.upTo(end - start),
    model: dice.one([null, 'a', 'b', 'c']),
    path: dice.one(['/', '/x', '/x/y', '/xy', null]),
    labels: dice.one([null, [], ['p'], ['p', 'q'], ['q"']]),
    cached: dice.one([null, true, false]),
    status: dice.one([200, 429, null]),
    tokens: dice.one([null, 0, 1, 17, 250]),
    cost: dice.one([null, 0, 0.25, 1.5]),
    note: dice.one(['n', null]),
  }
}

function change(dice: Dice, id: number): Pick<Call, 'id'> & Partial<Call> {
  const other = call(dice, id)
  return dice.one([
    { id: other.id, cost: other.cost ?? null },
    { id: other.id, timestamp: other.timestamp, model: other.model ?? null },
    { id: other.id, tokens: other.tokens ?? null, labels: other.labels ?? null, note: 'changed' },
  ])
}

function question(dice: Dice): SumsQuery<Call> {
  const [one, other] = [start + dice.upTo(end - start), start + dice.upTo(end - start)]
  const range = dice.one([{}, { from: Math.min(one, other) }, { from: Math.min(one, other), to: Math.max(one, other) }])
  const filter: Filter = {
    ...range,
    ...dice.one<Filter>([
      {},
      {},
      { equals: { model: dice.one(['a', null]) } },
      { within: { path: '/x' } },
      { has: { labels: 'q"' } },
      { not: { cached: true } },
      { any: [{ equals: { status: 429 } }, { equals: { cached: [true, null] } }] },
      { equals: { note: 'n' } },
    ]),
  }
  const borders = dice.one([
    undefined,
    undefined,
    periods({
      from: start,
      to: end,
      unit: dice.one<PeriodUnit>(['day', 'week', 'hour']),
      timeZone: dice.one(['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/New_York']),
    }).borders,
  ])
  return {
    filter,
    measures: dice.one([['tokens', 'cost'], ['tokens'], []] as const),
    by: dice.one([[], ['model'], ['cached', 'model'], ['labels'], ['path', 'status'], ['note']] as const),
    ...(borders === undefined ? {} : { borders }),
  }
}

/** Which rows a list shows, and of how many. */
async function listed(journal: Journal<Call>, filter: Filter = {}): Promise<unknown> {
  const { rows, total } = await journal.list({ filter, limit: 3 })
  return { total, ids: rows.map(({ id }) => id) }
}

export function keptSumCases(store: StoreUnderTest): readonly ConformanceCase[] {
  const part = (count: number) => Math.ceil(count * (store.share ?? 1))
  return casesOn('keeps sums', store, it => {
    for (const seed of [1, 2, 3]) {
      it(`that say what the rows say, through appending, changing and deleting (seed ${seed})`, async use => {
        const dice = new Dice(seed)
        const journals: readonly Journal<Call>[] = [await use.storage.journal(summedCalls(`kept${seed}`)), await use.storage.journal(calls(`plain${seed}`))]
        const both = async <T>(ask: (journal: Journal<Call>) => Promise<T>) => {
          const [kept, plain] = await Promise.all(journals.map(ask))
          deepStrictEqual(kept, plain)
        }
        for (let round = 0; round < 4; round += 1) {
          const rows = Array.from({ length: part(150) }, () => call(dice, dice.upTo(part(1000))))
          const changes = Array.from({ length: part(30) }, () => change(dice, dice.upTo(part(1000))))
          const before = start + round * 86_400_000 * 3
          await both(async journal => await journal.append(rows))
          await use.storage.journal(summedCalls(`kept${seed}`)) // opened again, it counts what it has put off
          await both(async journal => await journal.amend(changes))
          await both(async journal => await journal.deleteBefore(before, part(40)))
          for (let asked = 0; asked < part(25); asked += 1) {
            const query = question(dice)
            await both(async journal => await journal.sums(query))
            await both(async journal => await listed(journal, query.filter))
          }
        }
      })
    }

    it('of rows that two instances append at once', async use => {
      await using other = await OpenStore.open(store.plugin, use.options)
      const journals = [await use.storage.journal(summedCalls('shared')), await other.storage.journal(summedCalls('shared'))]
      const dice = new Dice(4)
      const each = part(100)
      const rows = Array.from({ length: 4 * each }, (_, id) => call(dice, id))
      await Promise.all(journals.flatMap(journal => [0, 1, 2, 3].map(async turn => await journal.append(rows.slice(turn * each, (turn + 1) * each)))))
      const plain = await use.storage.journal(calls('shared_plain'))
      await plain.append(rows)
      const query: SumsQuery<Call> = {
        by: ['model', 'labels'],
        measures: ['tokens', 'cost'],
        borders: periods({ from: start, to: end, unit: 'day', timeZone: 'Asia/Kolkata' }).borders,
      }
      deepStrictEqual(await journals[0]?.sums(query), await plain.sums(query))
    })

    it('anew when a journal begins to keep them, or keeps others', async use => {
      const dice = new Dice(5)
      const rows = Array.from({ length: part(200) }, (_, id) => call(dice, id))
      const query: SumsQuery<Call> = { by: ['path'], measures: ['cost'] }
      const plain = await use.storage.journal(calls('later'))
      await plain.append(rows)
      const expected = await plain.sums(query)
      deepStrictEqual(await (await use.storage.journal(summedCalls('later'))).sums(query), expected)
      const fewer = await use.storage.journal<Call>({ ...summedCalls('later'), rollup: { dimensions: ['path'], measures: ['cost'] } })
      deepStrictEqual(await fewer.sums(query), expected)
      await fewer.append([{ id: 'one more', timestamp: start, path: '/new', cost: 3 }])
      deepStrictEqual((await fewer.sums({ ...query, filter: { equals: { path: '/new' } } })).groups, [
        { key: { path: '/new' }, period: 0, count: 1, sums: { cost: 3 } },
      ])
    })
  })
}
