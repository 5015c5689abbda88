/** What stands outside the repository's own parts, loaded as a user loads it: by configuration alone. */

import { join } from 'node:path'
import { startTestGateway } from '../../core/testing/gateway.ts'
import { acmeVariables, expectGuarded, startAcme } from './acme.ts'

describe('a guardrail of one file and a provider package', () => {
  it('serve and guard when the configuration names them', async () => {
    await using upstream = await startAcme()
    const env = { ...acmeVariables(upstream), CONFIG_FILE: join(import.meta.dirname, '../fixtures/packages/tapline.yaml') }
    await using gateway = await startTestGateway({ env })
    await expectGuarded(gateway.url, upstream)
  })
})
