import { expect } from 'chai'
import type { Records, Stored } from '../../../core/storage/records.ts'
import { StorageUnavailable } from '../../../core/storage/storage.ts'
import { Gate } from '../../../core/testing/gate.ts'
import { TurnedClock } from '../../../core/testing/turned-clock.ts'
import { Follower } from '../../../plugins/managed-keys/follower.ts'
import { KeyRing } from '../../../plugins/managed-keys/key-ring.ts'
import { LastUse } from '../../../plugins/managed-keys/last-use.ts'
import { Pepper } from '../../../plugins/managed-keys/pepper.ts'
import { lookupOf, newToken, type Lookup } from '../../../plugins/managed-keys/token.ts'
import type { AuthKey } from '../../../schemas/records/auth-key.schema.ts'
import { storedKey } from './stored-key.ts'

const pepper = new Pepper('a pepper of some length')

/** A collection of one key, whose listings can be held up and made to fail. */
class OneKey {
  readonly clock = new TurnedClock()
  readonly ring = new KeyRing(this.clock, new LastUse(this.clock, () => {}), () => undefined)
  readonly token = newToken()
  readonly failures: unknown[] = []
  stored: Stored<AuthKey>
  listings = 0
  gate: Gate | undefined
  failure: Error | undefined
  changed: () => unknown = () => {}
  readonly follower: Follower

  constructor() {
    const { hash } = lookupOf(this.token, pepper) as Lookup
    this.stored = storedKey('key-1', { secret_hash: hash })
    this.ring.usePepper(pepper)
    this.follower = new Follower(this as unknown as Records<AuthKey>, this.ring, this.clock, cause => this.failures.push(cause))
  }

  async list(): Promise<readonly Stored<AuthKey>[]> {
    const { stored, failure } = this
    this.listings += 1
    if (this.gate !== undefined) await this.gate
    if (failure !== undefined) throw failure
    return [stored]
  }

  watch(changed: () => unknown): () => void {
    this.changed = changed
    return () => {
      this.changed = () => {}
    }
  }

  change(key: Partial<AuthKey>): Stored<AuthKey> {
    return (this.stored = { ...this.stored, revision: this.stored.revision + 1, value: { ...this.stored.value, ...key } })
  }

  get verdict(): string | undefined {
    const said = this.ring.find(this.token)
    return said === undefined ? undefined : 'caller' in said ? 'good' : said.unusable
  }
}

const gone = { enabled: false, deactivated_at: 1 }

describe('the follower of keys', () => {
  it('reads again when it hears of a change, once for changes that come together', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    keys.change(gone)
    keys.changed()
    keys.changed()
    expect(keys.verdict).to.equal('good')
    keys.clock.advance(100)
    await keys.follower.read()
    expect(keys.verdict).to.equal('deactivated')
    expect(keys.listings).to.equal(3)
  })

  it('reads every minute, whether it heard of a change or not', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    keys.follower.start()
    keys.change(gone)
    keys.clock.advance(59_999)
    expect(keys.listings).to.equal(1)
    keys.clock.advance(60_001)
    await keys.follower.close()
    expect(keys.listings).to.equal(3)
    expect(keys.verdict).to.equal('deactivated')
  })

  it('keeps what it knows when the store fails, and says so', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    keys.failure = new Error('away')
    keys.changed()
    keys.clock.advance(100)
    await keys.follower.close()
    expect(keys.failures).to.deep.equal([keys.failure])
    expect(keys.verdict).to.equal('good')
  })

  it('asks to be told again of a change that it could not read', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    const answers: unknown[] = []
    for (const failure of [new StorageUnavailable('away'), undefined]) {
      keys.failure = failure
      const answer = keys.changed()
      keys.clock.advance(100)
      answers.push(await answer)
    }
    expect(answers).to.deep.equal([false, true])
  })

  it('does not bring back what a listing that is older than a write still has', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    keys.gate = new Gate()
    const reading = keys.follower.read()
    await keys.gate.reached
    keys.follower.wrote(keys.change(gone))
    keys.gate.open()
    await reading
    expect(keys.verdict).to.equal('deactivated')
  })

  it('keeps a key that was made while an older listing was under way', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    const token = newToken()
    keys.gate = new Gate()
    const reading = keys.follower.read()
    await keys.gate.reached
    keys.follower.wrote(storedKey('key-2', { secret_hash: (lookupOf(token, pepper) as Lookup).hash }))
    keys.gate.open()
    await reading
    expect(keys.ring.find(token)).to.have.property('caller')
  })

  it('does not begin without the store', async () => {
    const keys = new OneKey()
    keys.failure = new Error('away')
    expect(await keys.follower.begin().catch((cause: unknown) => cause)).to.equal(keys.failure)
  })

  it('leaves no timer and no watcher behind', async () => {
    const keys = new OneKey()
    await keys.follower.begin()
    keys.follower.start()
    keys.changed()
    await keys.follower.close()
    keys.changed()
    expect(keys.clock.pending).to.equal(0)
  })
})
