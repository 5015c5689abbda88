import { expect } from 'chai'
import { Audited, auditRow } from '../../support/audit.ts'

const minute = 60_000
const start = Date.UTC(2026, 2, 10)

/** A response that goes on from another. */
function linked(id: string, at: number, previous: string | null, facts: object = {}) {
  return auditRow({
    id,
    timestamp: start + at * minute,
    response_id: `resp_${id}`,
    previous_response_id: previous,
    response_body: `{"id":"resp_${id}"}`,
    ...facts,
  })
}

const rows = [
  ...Array.from({ length: 9 }, (_, i) =>
    auditRow({ id: `s${i}`, timestamp: start + i * minute, session_id: 'session', request_body: `{"turn":${i}}`, user_path: i === 8 ? '/other' : '/acme' }),
  ),
  linked('one', 1, null),
  linked('two', 2, 'resp_one'),
  linked('three', 3, 'resp_two'),
  linked('three-b', 4, 'resp_two'),
  linked('four', 5, 'resp_three'),
  linked('round', 6, 'resp_about'),
  linked('about', 7, 'resp_round'),
  linked('self', 8, 'resp_self'),
  linked('orphan', 9, 'resp_nowhere'),
  linked('guess', 12, null, { session_id: 'auto-guess' }),
  linked('guess-on', 13, 'resp_guess', { session_id: 'auto-another' }),
  linked('alike', 14, null, { session_id: 'auto-guess' }),
  linked('hidden', 10, null, { user_path: '/other' }),
  linked('seen', 11, 'resp_hidden', { user_path: '/acme' }),
  ...Array.from({ length: 60 }, (_, i) => linked(`long${i}`, 100 + i, i === 0 ? null : `resp_long${i - 1}`)),
]

describe('the conversation around a row', () => {
  let audited: Audited
  before(async () => {
    audited = await Audited.start()
    await audited.seed(rows)
  })
  after(() => audited[Symbol.asyncDispose]())

  const around = async (id: string, query = '', as?: string) => {
    const { json } = await audited.read(`/audit/conversation?log_id=${id}${query}`, as === undefined ? {} : { as })
    expect(json.anchor_id).to.equal(id)
    return { ids: json.entries.map((entry: { id: string }) => entry.id).join(' '), truncated: json.truncated, entries: json.entries }
  }

  const cases: readonly [what: string, id: string, query: string, ids: string, truncated: boolean, as?: string][] = [
    ['is its session, in order', 's4', '', 's0 s1 s2 s3 s4 s5 s6 s7 s8', false],
    ['is those of its session that are nearest, when there are too many', 's4', '&limit=3', 's3 s4 s5', true],
    ['is the beginning of its session, there', 's0', '&limit=3', 's0 s1 s2', true],
    ['is the end of its session, there', 's8', '&limit=3', 's6 s7 s8', true],
    ['is that part of its session which the administrator may see', 's4', '', 's0 s1 s2 s3 s4 s5 s6 s7', false, '/acme'],
    ['goes back and forth along responses', 'two', '', 'one two three three-b four', false],
    ['is found from its first response', 'one', '', 'one two three three-b four', false],
    ['leaves other branches out of the way back', 'four', '', 'one two three four', false],
    ['ends where responses go round in a circle', 'round', '', 'round about', false],
    ['ends with a response that goes on from itself', 'self', '', 'self', false],
    ['goes along responses, whatever sessions they were guessed to be of', 'guess-on', '', 'guess guess-on', false],
    ['is the session that it was guessed to be of, when no response goes on', 'alike', '', 'guess alike', false],
    ['is alone when what it goes on from is not there', 'orphan', '', 'orphan', false],
    ['keeps to what the administrator may see', 'seen', '', 'seen', false, '/acme'],
    ['takes as many as are asked for', 'long59', '&limit=3', 'long57 long58 long59', true],
    ['takes as many as are asked for on the way forth, too', 'long0', '&limit=3', 'long0 long1 long2', true],
  ]
  for (const [what, id, query, ids, truncated, as] of cases) {
    it(what, async () => {
      const { entries: _, ...found } = await around(id, query, as)
      expect(found).to.deep.equal({ ids, truncated })
    })
  }

  it('takes 40 where nobody says how many', async () => {
    const { entries, truncated } = await around('long59')
    expect([entries.length, truncated]).to.deep.equal([40, true])
  })

  it('has rows whole', async () => {
    const { entries } = await around('s4')
    expect(entries[4].data.request_body).to.deep.equal({ turn: 4 })
  })

  it('refuses a limit that is none', async () => {
    for (const limit of ['0', '201', 'x']) expect((await audited.read(`/audit/conversation?log_id=s4&limit=${limit}`)).status).to.equal(400)
    expect((await audited.read('/audit/conversation')).json.error.param).to.equal('log_id')
  })
})
