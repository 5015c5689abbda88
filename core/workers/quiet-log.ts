/** A log that says only what is wrong, as long as another process says the rest. */

import type { DestinationStream } from 'pino'

const errorLevel = 50

export class QuietLog {
  isOn = false

  /** @param to where the lines go that are said */
  over(to: DestinationStream): DestinationStream {
    const isHushed = () => this.isOn
    return {
      // pino tells the level of each line to who has this.
      [Symbol.for('pino.metadata')]: true,
      lastLevel: 0,
      write(line: string) {
        if (this.lastLevel >= errorLevel || !isHushed()) to.write(line)
      },
    } as DestinationStream & { lastLevel: number }
  }
}
