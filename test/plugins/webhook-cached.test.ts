import { expect } from 'chai'
import { chatCompletion } from '../../core/testing/chat-samples.ts'
import { ScriptedUpstream } from '../../core/testing/scripted-upstream.ts'
import { hello, Served } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('a webhook that judges replies by who asked', () => {
  for (const phase of [undefined, 'response']) {
    it(`is asked again for each path of users, whatever the cache has for others${phase === undefined ? '' : ', of replies alone'}`, async () => {
      await using hook = await ScriptedUpstream.start()
      hook.always(({ body }) => {
        const { phase: asked, user_path: path } = JSON.parse(body.toString()) as { phase: string; user_path: string }
        return { body: asked === 'response' && path !== '/insiders' ? { decision: 'block', code: 'no' } : { decision: 'allow' } }
      })
      const rule = { name: 'w', type: 'webhook', ...(phase === undefined ? {} : { phase }), config: { url: `${hook.url}/guard` } }
      await using served = await Served.start({ config: { cache: { response: { simple: {} } }, guardrails: { rules: [rule] } } })
      served.upstream.always({ body: chatCompletion({ content: 'a secret' }) })
      const as = async (path: string) => await served.chat(hello, { 'x-tapline-user-path': path })
      let hits = 0
      await until(() => {
        void as('/insiders').then(({ status, headers }) => {
          expect(status).to.equal(200)
          if (headers['x-cache'] === 'HIT (exact)') hits += 1
        })
        return hits > 0
      })
      for (const path of ['/outsiders', '/', '/insiders/below']) expect([path, (await as(path)).status]).to.deep.equal([path, 502])
    })
  }
})
