/** Where labels are read, how, and what is left of the body then. */

import { expect } from 'chai'
import { chatCompletion } from '../../../core/testing/chat-samples.ts'
import { runPlugin, type PluginRun } from '../../../core/testing/run-plugin.ts'
import { HeaderLabels } from '../../../plugins/labels/header-labels.ts'
import labels from '../../../plugins/labels/index.ts'
import sqlite from '../../../plugins/storage/sqlite/index.ts'
import { expectError } from '../../support/answer.ts'
import { hello, Served } from '../../support/serve.ts'
import { OpenStore } from '../../../core/testing/store/open-store.ts'
import { endedChat } from './ended-chat.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hello' }] }

async function call(request: object, headers: Readonly<Record<string, string>> = {}, tagging: readonly object[] = []): Promise<PluginRun> {
  await using store = await OpenStore.open(sqlite, { path: ':memory:' })
  return await runPlugin(labels, { options: { headers: tagging }, request: { ...body, ...request }, headers, services: { storage: store.storage } })
}

interface Case {
  readonly what: string
  readonly tagging?: readonly object[]
  readonly headers?: Readonly<Record<string, string>>
  readonly request?: object
  readonly labels: readonly string[]
}

const headerCases: readonly Case[] = [
  { what: 'nothing that says one', labels: [] },
  { what: 'a header of which nothing is configured', headers: { 'x-team': 'a' }, labels: [] },
  { what: 'a header, split at commas and trimmed', tagging: [{ header: 'X-Team' }], headers: { 'x-team': ' a ,b,  c d\t' }, labels: ['a', 'b', 'c d'] },
  { what: 'a header, split at its own delimiter', tagging: [{ header: 'x-team', delimiter: ' | ' }], headers: { 'x-team': 'a,b | c' }, labels: ['a,b', 'c'] },
  {
    what: 'a header, without its prefix where a label has it',
    tagging: [{ header: 'X-Team', prefix: 'team:' }],
    headers: { 'x-team': 'team:a,b,team: c,Team:d' },
    labels: ['a', 'b', 'c', 'Team:d'],
  },
  { what: 'a header whose labels are empty', tagging: [{ header: 'X-Team', prefix: 'p' }], headers: { 'x-team': ' ,,p, p ' }, labels: [] },
  {
    what: 'two headers, in the order of the settings',
    tagging: [{ header: 'X-B' }, { header: 'X-A' }],
    headers: { 'x-a': 'a', 'x-b': 'b' },
    labels: ['b', 'a'],
  },
  {
    what: 'a label that comes twice, once and where it was first',
    tagging: [{ header: 'X-A' }, { header: 'X-B' }],
    headers: { 'x-a': 'a,b,a', 'x-b': 'c,b' },
    labels: ['a', 'b', 'c'],
  },
  { what: 'labels in another case, apart', tagging: [{ header: 'X-A' }], headers: { 'x-a': 'Blue,blue' }, labels: ['Blue', 'blue'] },
  {
    what: 'x-litellm-tags, behind the headers of the settings',
    tagging: [{ header: 'X-A' }],
    headers: { 'x-litellm-tags': 'l, m', 'x-a': 'a' },
    labels: ['a', 'l', 'm'],
  },
  {
    what: 'x-litellm-tags as the settings want it',
    tagging: [{ header: 'X-LiteLLM-Tags', delimiter: ';', prefix: 't:' }],
    headers: { 'x-litellm-tags': 't:l;m,n' },
    labels: ['l', 'm,n'],
  },
  { what: 'a header in UTF-8', tagging: [{ header: 'X-A' }], headers: { 'x-a': Buffer.from('größe,日本').toString('latin1') }, labels: ['größe', '日本'] },
  { what: 'a header in Latin-1', tagging: [{ header: 'X-A' }], headers: { 'x-a': 'gr\u00f6\u00dfe' }, labels: ['größe'] },
]

const bodyCases: readonly (Case & { readonly sent?: object })[] = [
  { what: 'tags, a list', request: { tags: [' a ', 'b', '', 'a'] }, labels: ['a', 'b'] },
  { what: 'tags, a text with commas', request: { tags: 'a, b,,' }, labels: ['a', 'b'] },
  { what: 'tags, a list with commas in its texts', request: { tags: ['a,b'] }, labels: ['a,b'] },
  { what: 'tags, a list with something else in it', request: { tags: ['a', 1, null, { b: 1 }, ['c']] }, labels: ['a'] },
  { what: 'tags, empty', request: { tags: [] }, labels: [] },
  { what: 'tags, null', request: { tags: null }, labels: [] },
  { what: 'tags that are none', request: { tags: { a: 'b' } }, labels: [], sent: { tags: { a: 'b' } } },
  { what: 'metadata.tags, a list', request: { metadata: { tags: ['a', 'b'], team: 't' } }, labels: ['a', 'b'], sent: { metadata: { team: 't' } } },
  { what: 'metadata of tags alone', request: { metadata: { tags: ['a'] } }, labels: ['a'] },
  { what: 'metadata.tags, a text: ordinary metadata', request: { metadata: { tags: 'a,b' } }, labels: [], sent: { metadata: { tags: 'a,b' } } },
  { what: 'metadata that is a text', request: { metadata: 'tags' }, labels: [], sent: { metadata: 'tags' } },
  {
    what: 'tags before metadata.tags, and headers before both',
    headers: { 'x-litellm-tags': 'h,m' },
    request: { metadata: { tags: ['m', 't', 'n'] }, tags: ['t', 'h'] },
    labels: ['h', 'm', 't', 'n'],
  },
]

describe('the labels of a call', () => {
  for (const { what, tagging, headers, labels: expected } of headerCases) {
    it(`are read of ${what}`, async () => expect((await call({}, headers, tagging)).exchange.labels).to.deep.equal(expected))
  }

  for (const { what, headers, request = {}, labels: expected, sent = {} } of bodyCases) {
    it(`are read of ${what}`, async () => {
      const { exchange, upstream } = await call(request, headers)
      expect(exchange.labels).to.deep.equal(expected)
      expect(upstream).to.deep.equal({ ...body, ...sent })
    })
  }

  it('are read of the path that a key is bound to, not of the one that its caller sent', () => {
    const reader = new HeaderLabels([{ header: 'X-Tapline-User-Path', prefix: '', delimiter: ',', do_not_pass: false }])
    expect(reader.of({ headers: { 'x-tapline-user-path': '/bound' }, rawHeaders: ['X-Tapline-User-Path', '/chosen'] })).to.deep.equal(['/bound'])
  })

  it('are refused where their text cannot be read', async () => {
    const tags = `${'x'.repeat(100)}\\q`
    await using served = await Served.start()
    expectError(await served.chat(`{"model":"gpt-test","messages":[{"role":"user","content":"hi"}],"tags":"${tags}"}`), { code: 'invalid_json' })
    expect(served.upstream.requests).to.have.length(0)
  })
})

const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `l${i + from}`)

interface Bound {
  readonly what: string
  readonly header?: readonly string[]
  readonly tags?: readonly string[]
  readonly kept: readonly string[]
  readonly isOver?: true
}

const bounds: readonly Bound[] = [
  { what: '64 of 64', header: many(64), kept: many(64) },
  { what: '64 of 64 that come twice', header: many(64), tags: many(64), kept: many(64) },
  { what: '64 of 65', header: many(65), kept: many(64), isOver: true },
  { what: '64 of those of headers and body together', header: many(60), tags: many(10, 55), kept: many(64), isOver: true },
  { what: '64 of far too many in both', header: many(200), tags: many(3000, 300), kept: many(64), isOver: true },
  { what: 'one of 256 characters', header: ['x'.repeat(256)], kept: ['x'.repeat(256)] },
  { what: 'none of 257 characters', header: ['x'.repeat(257), 'y'], kept: ['y'], isOver: true },
  { what: 'one of 256 characters of four bytes', tags: ['😀'.repeat(256)], kept: ['😀'.repeat(256)] },
  { what: 'none of 257 characters of four bytes', tags: ['😀'.repeat(257)], kept: [], isOver: true },
  { what: 'none of a million characters', tags: ['x'.repeat(1e6), 'y'], kept: ['y'], isOver: true },
]

describe('the bounds of labels', () => {
  let served: Served
  before(async () => {
    served = await Served.start()
    served.upstream.always({ body: chatCompletion() })
  })
  after(() => served.close())
  const warnings = (id: string) => served.gateway.log.filter(({ request_id: of, msg }) => of === id && String(msg).includes('more than 64 labels'))

  for (const { what, header = [], tags = [], kept, isOver } of bounds) {
    it(`keep ${what}${isOver === true ? ', with one warning' : ''}`, async () => {
      const { id, labels: found, status } = await endedChat(served, header.length === 0 ? {} : { 'x-litellm-tags': header.join() }, { ...hello, tags })
      expect(status).to.equal(200)
      expect(found).to.deep.equal(kept)
      expect(warnings(id)).to.have.length(isOver === true ? 1 : 0)
    })
  }

  it('hold for the labels of keys and those of calls together', async () => {
    const made = JSON.parse((await served.call('POST', '/admin/auth-keys', { name: 'a', labels: many(60) })).body.toString()) as { readonly value: string }
    const { id, labels: found } = await endedChat(served, { authorization: `Bearer ${made.value}`, 'x-litellm-tags': many(10, 58).join() })
    expect(found).to.deep.equal(many(64))
    expect(warnings(id)).to.have.length(1)
  })
})
