import { expect } from 'chai'
import { crash, faultsOf } from '../support/crash.ts'
import { need } from '../support/servers.ts'
import { stores } from '../support/stores.ts'

/** The store need not keep up with them: what waits is part of what a kill meets. */
const kills = 3
const completedBetween = 250

describe('a gateway that is killed under load', () => {
  for (const store of stores) {
    it(`has a record of every completed request, and none twice, on ${store.name}`, async function () {
      if (store.server !== undefined) await need(this, store.server)
      const report = await crash({ store, kills, completedBetween })
      expect(report.completed.size).to.be.at.least(kills * completedBetween)
      expect(faultsOf(report)).to.deep.equal({ lost: [], doubled: [] })
    })
  }
})
