import { expect } from 'chai'
import { Audited, auditRow } from '../../support/audit.ts'

const time = (day: number, minute = 0) => Date.UTC(2026, 2, day, 12, minute)
const rows = [
  auditRow({
    id: 'a',
    timestamp: time(1),
    request_id: 'req-one',
    user_path: '/',
    error_type: 'authentication_error',
    error_message: 'no such key',
    status_code: 401,
    requested_model: null,
    provider: null,
    provider_name: null,
  }),
  auditRow({
    id: 'b',
    timestamp: time(2),
    user_path: '/acme',
    labels: ['x', 'y'],
    session_id: 's1',
    auth_key_id: 'key_1',
    request_body: '{"messages":[{"content":"tell me about \\"otters\\""}]}',
  }),
  auditRow({
    id: 'c',
    timestamp: time(3),
    user_path: '/acme/team',
    provider: 'anthropic',
    provider_name: 'claude-eu',
    requested_model: 'claude',
    stream: true,
    session_id: 's1',
    response_body: '{"content":[{"text":"Seals\\nswim"}]}',
  }),
  auditRow({ id: 'd', timestamp: time(4), user_path: '/acmeother', method: 'GET', path: '/p/openai/files', status_code: 503 }),
]
const march = 'start_date=2026-03-01&end_date=2026-03-31'

describe('the audit log', () => {
  let audited: Audited
  before(async () => {
    audited = await Audited.start()
    await audited.seed(rows)
  })
  after(() => audited[Symbol.asyncDispose]())

  const ids = async (query: string, as?: string) =>
    (await audited.read(`/audit/log?${march}&${query}`, as === undefined ? {} : { as })).json.entries.map(({ id }: { id: string }) => id).join('')

  const questions: readonly [what: string, query: string, ids: string, as?: string][] = [
    ['has the latest first', '', 'dcba'],
    ['comes page by page', 'limit=2&offset=1', 'cb'],
    ['is confined to a path and those below it', 'user_path=/acme', 'cb'],
    ['is confined to the path of an administrator', '', 'cb', '/acme'],
    ['is confined further by an administrator', 'user_path=/acme/team', 'c', '/acme'],
    ['keeps rows without a path from those confined to one', 'request_id=req-one', '', '/acme'],
    ['is filtered by the model that was asked for', 'requested_model=claude', 'c'],
    ['is filtered by it under its other name', 'model=claude', 'c'],
    ['is filtered by the type of a provider', 'provider=anthropic', 'c'],
    ['is filtered by the name of a provider', 'provider=claude-eu', 'c'],
    ['is filtered by method', 'method=GET', 'd'],
    ['is filtered by path', 'path=/p/openai/files', 'd'],
    ['is filtered by session', 'session_id=s1', 'cb'],
    ['is filtered by label', 'label=y', 'b'],
    ['is filtered by error', 'error_type=authentication_error', 'a'],
    ['is filtered by status', 'status_code=503', 'd'],
    ['is filtered by streams', 'stream=true', 'c'],
    ['is filtered by plain calls', 'stream=false', 'dba'],
    ['is filtered by request id', 'request_id=req-one', 'a'],
    ['is filtered by key', 'auth_key_id=key_1', 'b'],
    ['takes filters together', 'session_id=s1&stream=false&label=x', 'b'],
    ['is searched by a part of a request id', 'search=EQ-ON', 'a'],
    ['is searched by the words of an error', 'search=such%20key', 'a'],
    ['is searched by a path', 'search=openai/fi', 'd'],
    ['is searched by a body', 'search=OTTERS', 'b'],
    ['is searched by a body through what JSON spells otherwise', 'search=%22otters%22', 'b'],
    ['is searched by a body over lines', `search=${encodeURIComponent('seals\nswim')}`, 'c'],
    ['is searched among the rows of a provider', 'search=%22otters%22&provider=claude-eu', ''],
    ['takes no patterns', 'search=%25', ''],
    ['takes no wildcards', 'search=req-_', ''],
    ['finds nothing by a piece of SQL', `search=${encodeURIComponent("' OR 1=1 --")}`, ''],
    ['finds nothing by an operator of MongoDB', `request_id=${encodeURIComponent('{"$ne":null}')}`, ''],
    ['finds nothing by a name of prototypes', 'label=__proto__', ''],
    ['finds nothing by half a letter', 'session_id=%ED%A0%80', ''],
  ]
  it('takes the two names of the model that was asked for together only if they say the same', async () => {
    expect(await ids('requested_model=claude&model=claude')).to.equal('c')
    const answer = await audited.read(`/audit/log?${march}&requested_model=claude&model=gpt`)
    expect([answer.status, answer.json.error.code, answer.json.error.param]).to.deep.equal([400, 'invalid_value', 'model'])
  })

  for (const [what, query, expected, as] of questions) it(what, async () => expect(await ids(query, as)).to.equal(expected))

  it('shows the whole session if no days are named, however long ago it was', async () => {
    const found = await audited.read('/audit/log?session_id=s1')
    expect(found.json.entries.map(({ id }: { id: string }) => id)).to.deep.equal(['c', 'b'])
    expect((await audited.read('/audit/log?session_id=s1&days=3')).json.total).to.equal(0)
  })

  it('leaves out what is large, and says so', async () => {
    const { entries, ...page } = (await audited.read(`/audit/log?${march}&limit=1&offset=2`)).json
    expect(page).to.deep.equal({ total: 4, limit: 1, offset: 2 })
    expect(entries[0]).to.include({ id: 'b', bodies_omitted: true, timestamp: '2026-03-02T12:00:00.000Z', user_path: '/acme' })
    expect(entries[0]).to.not.have.any.keys('thread', 'labels', 'request_body', 'details')
    expect(entries[0].data).to.deep.equal({ labels: ['x', 'y'] })
  })

  const refused: readonly [query: string, param: string][] = [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1e2', 'limit'],
    ['offset=-1', 'offset'],
    ['status_code=4xx', 'status_code'],
    ['status_code=99999', 'status_code'],
    ['stream=perhaps', 'stream'],
    ['start_date=2026-13-01', 'start_date'],
    ['start_date=2026-03-02&end_date=2026-03-01', 'start_date'],
    ['days=0', 'days'],
    ['nonsense=1', 'nonsense'],
    ['search[$ne]=1', 'search[$ne]'],
    ['request_id=a&request_id=b', 'request_id'],
    [`search=${'x'.repeat(600)}`, 'search'],
    ['search=%00', 'search'],
  ]
  for (const [query, param] of refused) {
    it(`refuses ${query.slice(0, 40)}`, async () => {
      const { status, json } = await audited.read(`/audit/log?${query}`)
      expect(status).to.equal(400)
      expect(json.error.param).to.equal(param)
    })
  }

  it("refuses a path that is not the administrator's", async () => {
    for (const route of ['log', 'sessions', 'stats', 'export']) {
      const { status, json } = await audited.read(`/audit/${route}?user_path=/other`, { as: '/acme' })
      expect([route, status, json.error.code]).to.deep.equal([route, 403, 'user_path_out_of_scope'])
    }
  })

  it('is for administrators only', async () => {
    for (const route of ['log', 'sessions', 'stats', 'export', 'detail?log_id=b', 'conversation?log_id=b']) {
      const { status, json } = await audited.read(`/audit/${route}`, { as: 'none' })
      expect([route, status, json.error.code]).to.deep.equal([route, 403, 'dashboard_access_denied'])
    }
  })

  it('tells a row of somebody else from none by nothing', async () => {
    for (const route of ['detail', 'conversation']) {
      const answers = await Promise.all(
        ['d', 'nowhere', '__proto__', "' OR 1=1"].map(async id => await audited.read(`/audit/${route}?log_id=${encodeURIComponent(id)}`, { as: '/acme' })),
      )
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1)
      expect(answers[0]?.status).to.equal(404)
      expect((await audited.read(`/audit/${route}?log_id=c`, { as: '/acme' })).status).to.equal(200)
    }
  })

  it('shows a row whole', async () => {
    const { json } = await audited.read('/audit/detail?log_id=b')
    expect(json).to.include({ id: 'b', bodies_omitted: false })
    expect(json.data.request_body).to.deep.equal({ messages: [{ content: 'tell me about "otters"' }] })
  })

  describe('as a file', () => {
    it('is a table, the oldest first', async () => {
      const { headers, text } = await audited.read(`/audit/export?${march}`)
      expect(headers['content-type']).to.equal('text/csv; charset=utf-8; header=present')
      expect(headers['content-disposition']).to.equal('attachment; filename="audit-2026-03-01-2026-03-31.csv"')
      const lines = text.trimEnd().split('\r\n')
      expect(lines.map(line => line.split(',')[1])).to.deep.equal(['id', 'a', 'b', 'c', 'd'])
      expect(lines[2]).to.include(',x; y,')
    })

    it('is one object in each line', async () => {
      const { headers, text } = await audited.read(`/audit/export?${march}&format=ndjson&user_path=/acme`)
      expect(headers['content-type']).to.equal('application/x-ndjson')
      expect(
        text
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line).id),
      ).to.deep.equal(['b', 'c'])
      expect(text).to.not.include('otters')
    })
  })

  describe('by session', () => {
    const sessions = async (query: string, as?: string) => (await audited.read(`/audit/sessions?${march}&${query}`, as === undefined ? {} : { as })).json

    it('has the latest activity first, and rows without a session by themselves', async () => {
      const { sessions: found, ...page } = await sessions('')
      expect(page).to.deep.equal({ total: 3, limit: 25, offset: 0 })
      expect(found.map(({ request_count: count, latest }: { request_count: number; latest: { id: string } }) => [latest.id, count])).to.deep.equal([
        ['d', 1],
        ['c', 2],
        ['a', 1],
      ])
    })

    it('counts the whole session, whatever filter found it', async () => {
      const {
        sessions: [one],
        total,
      } = await sessions('label=x')
      expect([total, one.latest.id, one.request_count]).to.deep.equal([1, 'b', 2])
    })

    it('counts what the administrator may see', async () => {
      const {
        sessions: [one],
      } = await sessions('', '/acme/team')
      expect([one.latest.id, one.request_count]).to.deep.equal(['c', 1])
    })
  })
})
