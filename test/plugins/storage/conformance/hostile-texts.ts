/** Texts that would break out of a statement, or that databases cannot spell: nothing is lost, and nothing else is touched. */

import { expect } from 'chai'
import type { StoreUnderTest } from '../conformance.ts'
import { calls, summedCalls, tidy, type Call } from './calls.ts'
import { describeOn } from './open-store.ts'

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

export function hostileTextsConform(store: StoreUnderTest): void {
  describeOn('takes as text', store, use => {
    for (const [name, text] of Object.entries(texts)) {
      it(`${name}, in documents`, async () => {
        const things = use.storage.records<object>('hostile')
        const value = { text, nested: [{ [text.slice(0, 1000)]: text }], ['__proto__']: text }
        const put = await things.put('x', value, { owner: `/${text}` })
        expect(put.value).to.deep.equal(value)
        expect(await things.get('x')).to.deep.equal(put)
        expect(await things.list({ where: { text }, owner: `/${text}` })).to.deep.equal([put])
        expect(await things.list({ where: { text: `${text}.` } })).to.deep.equal([])
      })

      it(`${name}, in rows`, async () => {
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
        expect(tidy((await journal.get(row.id)) ?? row)).to.deep.equal(row)
        const { rows, total } = await journal.list({
          filter: { equals: { model: text, note: [text] }, within: { path: `/${text}` }, has: { labels: text }, search: text },
          limit: 5,
        })
        expect(rows.map(({ id, model }) => [id, model])).to.deep.equal([[row.id, text]])
        expect(total).to.equal(1)
        expect(
          (await journal.sums({ by: ['model', 'labels'], filter: { equals: { model: text } }, measures: ['tokens'] })).groups.map(({ key }) => key),
        ).to.have.deep.members([
          { model: text, labels: text },
          { model: text, labels: 'other' },
        ])
      })
    }

    for (const [name, text] of idsOf) {
      it(`${name}, in ids`, async () => {
        const things = use.storage.records<object>('hostile_ids')
        await things.put(text, { name })
        expect((await things.get(text))?.value).to.deep.equal({ name })
        expect((await things.list({ prefix: text })).map(({ id }) => id)).to.include(text)
        expect(await things.delete(text)).to.equal(true)
        const journal = await use.storage.journal(calls('hostile_ids'))
        await journal.append([{ id: text, timestamp: 1 }])
        expect((await journal.get(text))?.id).to.equal(text)
        expect((await journal.list({ filter: { equals: { id: text } }, limit: 2 })).rows.map(({ id }) => id)).to.deep.equal([text])
        await journal.amend([{ id: text, tokens: 1 }])
        expect(await journal.deleteBefore(2, 5)).to.deep.equal([text])
      })
    }

    it('no id of more than 512 characters', async () => {
      const things = use.storage.records<object>('hostile_ids')
      expect(
        await things.put('x'.repeat(513), {}).then(
          () => 'done',
          (cause: unknown) => cause,
        ),
      ).to.be.instanceOf(RangeError)
      expect(await things.get('x'.repeat(1_000_000))).to.equal(undefined)
      expect((await things.put('ä'.repeat(512), {})).revision).to.equal(1)
    })

    it('no collection, member or column whose name is no name', async () => {
      expect(() => use.storage.records('x"; DROP TABLE y')).to.throw(TypeError)
      expect(
        await use.storage
          .records('x')
          .list({ where: { 'a.b': 1 } })
          .then(
            () => 'done',
            (cause: unknown) => cause,
          ),
      ).to.be.instanceOf(TypeError)
      for (const definition of [
        { name: 'A', columns: {} },
        { name: 'a', columns: { 'x y': { type: 'text' as const } } },
      ])
        expect(
          await use.storage.journal(definition as never).then(
            () => 'done',
            (cause: unknown) => cause,
          ),
        ).to.be.instanceOf(TypeError)
    })
  })
}
