import { expect } from 'chai'
import type { Problem } from '../../../../core/config/problems/place.ts'
import { assemblePipelines } from '../../../../core/pipeline/plan/assemble.ts'
import { startTestGateway } from '../../../../core/testing/gateway.ts'

type Written = string | readonly string[]

/** The pipelines of two routes, put together. */
function assembled(one: Written, other?: Written) {
  const problems: Problem[] = []
  const pipelines = assemblePipelines(
    [],
    {
      pipelines: { one: { steps: [], route: one }, ...(other === undefined ? {} : { other: { steps: [], route: other } }) },
      place: () => undefined,
      isFaulty: () => false,
      setting: () => '/set/',
    },
    problems,
  )
  return { pipelines, problems: problems.map(({ pointer, message }) => `${pointer}  ${message}`) }
}

describe('the routes of a pipeline', () => {
  for (const written of ['/legal', '/legal/'])
    it(`serve calls with and without a slash at their end: ${written}`, async () => {
      await using served = await startTestGateway({ config: { pipelines: { legal: { extends: 'chat', route: `POST ${written}` } } } })
      const body = JSON.stringify({ model: 'demo-chat', messages: [{ role: 'user', content: 'Hello' }] })
      const calls = ['/legal', '/legal/', '/Legal'].map(path =>
        fetch(served.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }),
      )
      expect((await Promise.all(calls)).map(({ status }) => status)).to.deep.equal([200, 200, 200])
    })

  for (const [written, path] of [
    ['POST /legal/', '/legal'],
    ['POST /legal//', '/legal'],
    ['GET /of/:id/', '/of/:id'],
    ['GET {a.setting}', '/set'],
    ['GET /', '/'],
    ['ALL *', '*'],
  ] as const)
    it(`have no slash at their end: ${written} is ${path}`, () => {
      expect(assembled(written).pipelines[0]?.routes.map(route => route.path)).to.deep.equal([path])
    })
})

/** [what another pipeline has, the route, what the operator is told of it]. */
const contested: readonly (readonly [string, string, string])[] = [
  ['POST /a', 'POST /a', 'POST /a is the route of pipeline "one" already'],
  ['POST /a', 'POST /a/', 'POST /a is the route of pipeline "one" already'],
  ['POST /a/', 'POST /A', 'POST /A is the route of pipeline "one" already, as POST /a'],
  ['POST /a/:x', 'POST /a/:y', 'POST /a/:y is the route of pipeline "one" already, as POST /a/:x'],
  ['POST /a/*x', 'POST /a/*y', 'POST /a/*y is the route of pipeline "one" already, as POST /a/*x'],
  ['ALL /a', 'POST /a', 'POST /a is the route of pipeline "one" already, as ALL /a'],
  ['DELETE /a', 'ALL /a', 'ALL /a is the route of pipeline "one" already, as DELETE /a'],
  ['GET /a', 'HEAD /a', 'HEAD /a is the route of pipeline "one" already, as GET /a'],
  ['ALL *', 'ALL *', 'ALL * is the route of pipeline "one" already'],
]

const besideEachOther: readonly (readonly [string, string])[] = [
  ['GET /a', 'POST /a'],
  ['POST /a/:x', 'POST /a/x'],
  ['POST /a/:x', 'POST /a/*x'],
  ['ALL /a', 'PROPFIND /a'],
  ['ALL *', 'ALL /*rest'],
]

describe('a route', () => {
  for (const [taken, route, told] of contested)
    it(`${route} is refused where another pipeline has ${taken}`, () => {
      expect(assembled(taken, route).problems).to.deep.equal([`/pipelines/other/route  ${told}`])
    })

  for (const [taken, route] of besideEachOther)
    it(`${route} stands beside ${taken} of another pipeline`, () => {
      expect(assembled(taken, route).problems).to.deep.equal([])
    })

  it('is refused where its own pipeline says it twice', () => {
    expect(assembled(['GET /a', 'GET /a/']).problems).to.deep.equal(['/pipelines/one/route/1  GET /a is the route of pipeline "one" already'])
  })

  it('may be one of several of a pipeline that some calls could come by', () => {
    expect(assembled(['GET /a', 'HEAD /a', 'ALL /a']).problems).to.deep.equal([])
  })
})
