/** Texts that would break out of a statement, or that databases cannot spell: nothing is lost, and nothing else is touched. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert/strict'
import type { ConformanceCase } from '../conformance.ts'
import { calls, summedCalls, tidy, type Call } from './calls.ts'
import { casesOn, type StoreUnderTest } from './cases.ts'

const texts: Readonly<Record<string, string>> = {
  'an SQL injection': `'; DROP TABLE tapline_documents; --`,
  'a quoted name': `"x" "y"`,
  placeholders: '$1 ? :name @p %s {0}',
  'an operator of MongoDB': '{"$gt":""}',
  'a dotted path': 'a.b.$',
  NUL: 'a\0b\0',
  'the escape that stands for NUL': '\u00100000 \u0010',
  'halves of surrogate pairs': '\ud800 a \udfff',
  'a surrogate pair': '😀',
  'characters that look alike': 'é e\u0301',
  'backslashes and u0000': String.raw`\u0000 \\u0000 \ud800`,
  controls: '\u0001\u001f\u007f\u2028',
  'no character': '',
  __proto__: '__proto__',
  'wild cards': '%_*?[a]',
  'a megabyte': 'x'.repeat(1_000_000),
}
const idsOf = Object.entries(texts).filter(([, text]) => text.length <= 512)

export function hostileTextCases(store: StoreUnderTest): readonly ConformanceCase[] {
  return casesOn('takes as text', store, it => {
    for (const [name, text] of Object.entries(texts)) {
      it(`${name}, in documents and rows`, async use => {
        const things = use.storage.records<object>('hostile')
        const value = { text, nested: [{ [text.slice(0, 1000)]: text }], ['__proto__']: text }
        const put = await things.put('x', value, { owner: `/${text}` })
        deepStrictEqual(put.value, value)
        deepStrictEqual(await things.get('x'), put)
        deepStrictEqual(await things.list({ where: { text }, owner: `/${text}` }), [put])
        deepStrictEqual(await things.list({ where: { text: `${text}.` } }), [])

        const journal = await use.storage.journal(summedCalls('hostile'))
        const row: Call = {
          id: `id of ${name}`,
          timestamp: 1,
          model: text,
          path: `/${text}`,
          labels: [text, 'other'],
          tokens: 1,
          note: text,
          data: { [text]: text },
          body: [text],
          trace: text,
        }
        await journal.append([row])
        deepStrictEqual(tidy((await journal.get(row.id)) ?? row), row)
        const { rows, total } = await journal.list({
          filter: { equals: { model: text, note: [text] }, within: { path: `/${text}` }, has: { labels: text }, search: text },
          limit: 5,
        })
        deepStrictEqual(
          rows.map(({ id, model }) => [id, model]),
          [[row.id, text]],
        )
        strictEqual(total, 1)
        const { groups } = await journal.sums({ by: ['model', 'labels'], filter: { equals: { model: text } }, measures: ['tokens'] })
        deepStrictEqual(
          new Set(groups.map(({ key }) => key)),
          new Set([
            { model: text, labels: text },
            { model: text, labels: 'other' },
          ]),
        )
      })
    }

    for (const [name, text] of idsOf) {
      it(`${name}, in ids`, async use => {
        const things = use.storage.records<object>('hostile_ids')
        await things.put(text, { name })
        deepStrictEqual((await things.get(text))?.value, { name })
        ok((await things.list({ prefix: text })).map(({ id }) => id).includes(text))
        strictEqual(await things.delete(text), true)
        const journal = await use.storage.journal(calls('hostile_ids'))
        await journal.append([{ id: text, timestamp: 1 }])
        strictEqual((await journal.get(text))?.id, text)
        deepStrictEqual(
          (await journal.list({ filter: { equals: { id: text } }, limit: 2 })).rows.map(({ id }) => id),
          [text],
        )
        await journal.amend([{ id: text, tokens: 1 }])
        deepStrictEqual(await journal.deleteBefore(2, 5), [text])
      })
    }

    it('no id of more than 512 characters', async use => {
      const things = use.storage.records<object>('hostile_ids')
      await rejects(things.put('x'.repeat(513), {}), RangeError)
      strictEqual(await things.get('x'.repeat(1_000_000)), undefined)
      strictEqual((await things.put('ä'.repeat(512), {})).revision, 1)
    })

    it('no collection, member or column whose name is no name', async use => {
      throws(() => use.storage.records('x"; DROP TABLE y'), TypeError)
      await rejects(use.storage.records('x').list({ where: { 'a.b': 1 } }), TypeError)
      for (const definition of [
        { name: 'A', columns: {} },
        { name: 'a', columns: { 'x y': { type: 'text' as const } } },
      ])
        await rejects(use.storage.journal(definition), TypeError)
    })
  })
}
