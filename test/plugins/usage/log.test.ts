import { expect } from 'chai'
import { AdminGateway } from '../../support/admin.ts'
import { priced } from '../../support/recorded.ts'
import { seed } from '../../support/usage.ts'

const time = (minute: number) => Date.UTC(2026, 2, 10, 12, minute)
const records = [
  { id: '1', timestamp: time(1), model: 'alpha', request_id: 'req-one' },
  { id: '2', timestamp: time(2), model: 'beta', user_path: '/acme', labels: ['a', 'b'], raw_data: { prompt_cached_tokens: 5 } },
  { id: '3', timestamp: time(3), model: 'alpha', cache_type: 'exact' },
  { id: '4', timestamp: time(4), model: '=HYPERLINK("x")', user_path: '/acme/"a", b' },
]
const march = 'start_date=2026-03-01&end_date=2026-03-31'

describe('the log of usage', () => {
  let gateway: AdminGateway
  before(async () => {
    gateway = await AdminGateway.start(priced)
    await seed(gateway.served, records)
  })
  after(() => gateway[Symbol.asyncDispose]())

  const log = async (query: string, as?: string) => {
    const { json } = await gateway.call('GET', `/usage/log?${march}&${query}`, as === undefined ? {} : { as })
    return { ...json, ids: json.entries.map(({ id }: { id: string }) => id) }
  }

  const questions: readonly [string, string, readonly string[], string?][] = [
    ['has the latest first', '', ['4', '2', '1']],
    ['has hits of the cache where they are asked for', 'cache_mode=all', ['4', '3', '2', '1']],
    ['has hits alone', 'cache_mode=cached', ['3']],
    ['is searched by a part of a model, whatever its case', 'search=LPH', ['1']],
    ['is searched by a request id', 'search=req-one', ['1']],
    ['takes no patterns', 'search=%25', []],
    ['is confined to a path', 'user_path=/acme', ['4', '2']],
    ['is confined to the path of an administrator', '', ['4', '2'], '/acme'],
    ['is confined to a label', 'label=b', ['2']],
    ['comes page by page', 'limit=1&offset=1', ['2']],
  ]
  for (const [what, query, ids, as] of questions) it(what, async () => expect((await log(query, as)).ids).to.deep.equal(ids))

  it('says how many there are in all', async () => {
    expect(await log('limit=2')).to.include({ total: 3, limit: 2, offset: 0 })
  })

  it('has times that people read, and what is found out by reading', async () => {
    const {
      entries: [, entry],
    } = await log('')
    expect(entry).to.include({ timestamp: '2026-03-10T12:02:00.000Z', cached_input_ratio: 0.5, uncached_input_tokens: 5 })
  })

  it("refuses a path that is not the administrator's", async () => {
    const answer = await gateway.call('GET', `/usage/log?${march}&user_path=/other`, { as: '/acme' })
    expect(answer.status).to.equal(403)
    expect(answer.json.error.code).to.equal('user_path_out_of_scope')
  })

  describe('as a file', () => {
    it('is a table that no spreadsheet computes, the oldest first', async () => {
      const { headers, text } = await gateway.call('GET', `/usage/export?${march}`)
      expect(headers['content-type']).to.equal('text/csv; charset=utf-8; header=present')
      expect(headers['content-disposition']).to.equal('attachment; filename="usage-2026-03-01-2026-03-31.csv"')
      const [head = '', ...lines] = text.trimEnd().split('\r\n')
      const names = head.split(',')
      expect(lines).to.have.length(3)
      expect(lines[0]?.split(',')[names.indexOf('model')]).to.equal('alpha')
      expect(lines[1]).to.contain(',a; b,').and.to.contain('"{""prompt_cached_tokens"":5}"')
      expect(lines[2]).to.contain(`,"'=HYPERLINK(""x"")",`).and.to.contain(',"/acme/""a"", b",')
    })

    it('is one object in each line', async () => {
      const { headers, text } = await gateway.call('GET', `/usage/export?${march}&format=ndjson&cache_mode=all`)
      expect(headers['content-type']).to.equal('application/x-ndjson')
      expect(
        text
          .trimEnd()
          .split('\n')
          .map(line => (JSON.parse(line) as { id: string }).id),
      ).to.deep.equal(['1', '2', '3', '4'])
    })

    it('has what the filters leave', async () => {
      const { text } = await gateway.call('GET', `/usage/export?${march}&format=ndjson&search=beta`, { as: '/acme' })
      expect(text.trimEnd().split('\n')).to.have.length(1)
    })
  })
})
