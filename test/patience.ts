/** Lets whoever waits in a test know how long it may. */

import { waitAsLongAs } from './support/until.ts'

export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    waitAsLongAs(this.currentTest)
  },
  afterEach() {
    waitAsLongAs(undefined)
  },
}
