import { expect } from 'chai'
import { resolve } from 'node:path'
import { pidFile } from '../../../core/gateway/pid-file.ts'
import { dataPath } from '../../../core/storage/data-path.ts'

describe('the PID file', () => {
  it('stands beside the other data of the gateway where nobody says', () => {
    const { XDG_DATA_HOME: kept } = process.env
    process.env['XDG_DATA_HOME'] = ''
    try {
      expect(pidFile(undefined)).to.equal(dataPath('tapline.pid'))
    } finally {
      if (kept === undefined) delete process.env['XDG_DATA_HOME']
      else process.env['XDG_DATA_HOME'] = kept
    }
  })

  it('stands where the configuration says, from the working directory', () => expect(pidFile('run/a.pid')).to.equal(resolve('run/a.pid')))

  it('is none where the configuration says nothing in so many words', () => expect(pidFile('')).to.equal(undefined))
})
