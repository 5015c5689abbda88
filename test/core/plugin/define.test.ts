/** What the types of `definePlugin` promise: the compiler checks this file, and what is an error here is an error of the author's. */

import { expect } from 'chai'
import { definePlugin, type Clock, type Files, type Models, type Processes, type SetupContext, type Taps } from '../../../core/index.ts'
import type { PluginDefinition } from '../../../core/plugin/define.ts'
import { runPlugin } from '../../../core/testing/run-plugin.ts'

describe('the services that a plugin is given', () => {
  it('are those that are always there, and no others that it did not ask for', async () => {
    const plugin = definePlugin({
      name: 'one',
      setup({ services }) {
        const clock: Clock = services.clock
        // @ts-expect-error nobody asked for it
        expect(() => services.models).to.throw("needs: ['models']")
        return {
          prompt({ replyHeaders }) {
            replyHeaders.push('X-Clock', typeof clock.now())
          },
        }
      },
    })
    const { headers } = await runPlugin(plugin)
    expect(headers).to.include({ 'x-clock': 'number' })
  })

  it('are there where it needs them, and may be absent where it wants them', async () => {
    const models: Partial<Models> = { find: () => undefined }
    const plugin = definePlugin({
      name: 'two',
      needs: ['models'],
      wants: ['processes'],
      setup({ services: { models, processes } }) {
        const needed: Models = models
        // @ts-expect-error it may be absent
        const wanted: Processes = processes
        return {
          prompt({ replyHeaders }) {
            replyHeaders.push('X-Services', `${typeof needed.find} ${typeof wanted}`)
          },
        }
      },
    })
    const { headers } = await runPlugin(plugin, { services: { models: models as Models } })
    expect(headers).to.include({ 'x-services': 'function undefined' })
  })

  it('are said once more where another function than setup gets them', () => {
    const serving = ({ services: { models }, options }: SetupContext<{ readonly word?: string }, 'models'>): Taps => ({
      prompt: () => void [models, options.word],
    })
    const schema = { type: 'object', properties: { word: { type: 'string' } } } as const
    // @ts-expect-error it does not ask for what `serving` uses
    definePlugin({ name: 'careless', schema, setup: context => serving(context) })
    expect(definePlugin({ name: 'careful', schema, needs: ['models'], setup: context => serving(context) }).needs).to.deep.equal(['models'])
  })

  it('are none that nobody knows', () => {
    // @ts-expect-error there is no such service
    expect(definePlugin({ name: 'lost', needs: ['modles'], setup: () => ({}) }).needs).to.deep.equal(['modles'])
  })
})

describe('the service that a plugin provides', () => {
  it('is of the kind that it says', () => {
    const clock: Clock = { now: () => 0, elapsed: () => 0, after: () => ({ cancel() {} }) }
    const fitting: PluginDefinition = definePlugin({ name: 'fitting', provides: 'clock', setup: () => ({ service: clock }) })
    // @ts-expect-error a clock is no store of files
    const wrong = definePlugin({ name: 'wrong', provides: 'files', setup: () => ({ service: clock }) })
    expect([fitting.provides, wrong.provides]).to.deep.equal(['clock', 'files'])
  })

  it('is said before it is given', () => {
    const files = {} as Files
    // @ts-expect-error it does not say that it provides one
    expect(definePlugin({ name: 'silent', setup: () => ({ service: files }) }).provides).to.equal(undefined)
  })
})
