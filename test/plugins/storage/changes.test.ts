import { expect } from 'chai'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Changes } from '../../../plugins/storage/shared/changes.ts'

describe('the notice of changes', () => {
  const start = async () => {
    let [revision, told] = [1, 0]
    const changes = new Changes({ revisions: async () => ({ things: revision }) }, new TurnedClock())
    changes.watch('things', () => {
      told += 1
    })
    await changes.look()
    told = 0
    const write = () => {
      revision += 1
    }
    return { changes, write, told: () => told }
  }

  it('is given once for a change that is made here', async () => {
    const { changes, write, told } = await start()
    const changed = changes.changing('things')
    write()
    changed(1)
    await changes.look()
    expect(told()).to.equal(1)
  })

  it("is given of somebody else's change, though a look saw the one before, made here, sooner than its writer said so", async () => {
    const { changes, write, told } = await start()
    const changed = changes.changing('things')
    write()
    await changes.look()
    changed(1)
    const before = told()
    write()
    await changes.look()
    expect(told()).to.equal(before + 1)
  })

  it('is given again to who could not read what has changed, and to nobody else, until it could', async () => {
    let [revision, isAway] = [1, false]
    const told: string[] = []
    const changes = new Changes({ revisions: async () => ({ things: revision }) }, new TurnedClock())
    changes.watch('things', async () => {
      told.push('one')
      return !isAway
    })
    changes.watch('things', () => told.push('other'))
    await changes.look()
    const toldByNextLook = async () => {
      told.length = 0
      await changes.look()
      return [...told]
    }
    isAway = true
    revision += 1
    expect(await toldByNextLook()).to.deep.equal(['one', 'other'])
    expect(await toldByNextLook()).to.deep.equal(['one'])
    isAway = false
    expect(await toldByNextLook()).to.deep.equal(['one'])
    expect(await toldByNextLook()).to.deep.equal([])
  })
})
