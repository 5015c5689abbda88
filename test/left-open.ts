/** Ends a run of the tests that nothing ends: whoever leaves a socket or a server open is told of it, and nobody waits forever. */

const graceMs = 10_000

export const mochaHooks = {
  afterAll() {
    // Fires only if something else keeps the process alive.
    setTimeout(() => {
      console.error(`The tests are over, but these were left open: ${process.getActiveResourcesInfo().join(', ')}`)
      process.once('exit', () => { process.exitCode = 1 }) // after mocha has set it
      process.exit()
    }, graceMs).unref()
  },
}
