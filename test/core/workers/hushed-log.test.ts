import { expect } from 'chai'
import pino from 'pino'
import { QuietLog } from '../../../core/workers/quiet-log.ts'

describe('a hushed log', () => {
  it('says what is wrong alone, and everything once another process does not speak for it', () => {
    const lines: string[] = []
    const hushed = new QuietLog()
    const log = pino(
      { level: 'info' },
      hushed.over({
        write: line => {
          lines.push((JSON.parse(line) as { msg: string }).msg)
        },
      }),
    )
    const child = log.child({ plugin: 'a' })
    hushed.isOn = true
    for (const logger of [log, child]) {
      logger.info('info')
      logger.warn('warning')
      logger.error('error')
    }
    hushed.isOn = false
    log.warn('later')
    expect(lines).to.deep.equal(['error', 'error', 'later'])
  })
})
