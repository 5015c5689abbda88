/** What every store over a network must do while its service is away, or does not know it. */

import { expect } from 'chai'
import { StorageUnavailable, type PluginDefinition } from '../../../core/index.ts'
import { towards } from './directions.ts'
import type { FakeService } from './fakes/fake-service.ts'
import { OpenVectors } from './open-vectors.ts'

export interface RemoteUnderTest {
  /** As its errors say it. */
  readonly name: string
  readonly plugin: PluginDefinition
  /** A service with nothing in it, and the options to reach it. */
  start(): Promise<{ readonly service: FakeService; readonly options: Readonly<Record<string, unknown>> }>
}

export function outagesConform({ name, plugin, start }: RemoteUnderTest): void {
  const failure = async (asked: Promise<unknown>) =>
    await asked.then(
      () => undefined,
      (cause: unknown) => cause as Error,
    )

  it('says nothing to its service before a cache uses it', async () => {
    const { service, options } = await start()
    await using vectors = await OpenVectors.unopened(plugin, options)
    expect([service.calls.length, await vectors.readiness()]).to.deep.equal([0, { status: 'ready', checks: {} }])
    await service.stop()
  })

  it('begins while its service is away, and serves when that is back', async () => {
    const { service, options } = await start()
    await service.stop()
    await using vectors = await OpenVectors.open(plugin, options)
    expect(await vectors.readiness()).to.deep.equal({ status: 'degraded', checks: { vectors: 'down' } })
    const asked = [vectors.nearest(towards(0)), vectors.put('kept', towards(0)), vectors.expire(1), vectors.clear(), vectors.ping()]
    for (const cause of await Promise.all(asked.map(failure)))
      expect(cause)
        .to.be.instanceOf(StorageUnavailable)
        .with.property('message')
        .which.matches(new RegExp(`^${name}: .*ECONNREFUSED`))
    await service.resume()
    await vectors.put('kept', towards(0))
    expect([await vectors.nearest(towards(0)), await vectors.readiness()]).to.deep.equal(['kept', { status: 'ready', checks: { vectors: 'ok' } }])
    await service.stop()
  })

  it('goes on when its service was away in between', async () => {
    const { service, options } = await start()
    await using vectors = await OpenVectors.open(plugin, options)
    await vectors.put('kept', towards(0))
    await service.stop()
    expect(await failure(vectors.nearest(towards(0)))).to.be.instanceOf(StorageUnavailable)
    await service.resume()
    expect(await vectors.nearest(towards(0))).to.equal('kept')
    await service.stop()
  })
}
