import { expect } from 'chai'
import { underWay } from '../../../core/gateway/under-way.ts'

type Facts = Parameters<typeof underWay>[0][number]

const exchange = (id: string, startedAt: number, path = '/v1/chat/completions') => ({ id, startedAt, request: { method: 'POST', path } as Facts['request'] })

describe('what is under way', () => {
  it('is told by id, route and seconds', () => {
    expect(underWay([exchange('a', 1_000), exchange('b', 61_040)], 61_070)).to.deep.equal({
      in_flight: 2,
      requests: [
        { request_id: 'a', route: 'POST /v1/chat/completions', seconds: 60.1 },
        { request_id: 'b', route: 'POST /v1/chat/completions', seconds: 0 },
      ],
    })
  })

  it('is counted whole, and named up to the twentieth, with routes of 200 characters at most', () => {
    const told = underWay(
      Array.from({ length: 30 }, (_, i) => exchange(String(i), 0, `/${'x'.repeat(500)}`)),
      0,
    )
    expect(told.in_flight).to.equal(30)
    expect(told.requests.map(({ request_id: id }) => id)).to.deep.equal(Array.from({ length: 20 }, (_, i) => String(i)))
    expect(told.requests[0]?.route).to.have.length(200)
  })
})
