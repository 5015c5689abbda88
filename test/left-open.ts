/** Ends a run of tests in one process that nothing ends: whoever leaves a socket or a server open is told of it, and nobody waits forever. */

import { Socket } from 'node:net'

const graceMs = 60_000

export function mochaGlobalTeardown() {
  // Fires only if something else keeps the process alive.
  setTimeout(() => {
    console.error(`The tests are over, but these were left open: ${process.getActiveResourcesInfo().join(', ')}${sockets()}`)
    process.once('exit', () => {
      process.exitCode = 1
    }) // after mocha has set it
    process.exit()
  }, graceMs).unref()
}

/** Where the sockets go, which tells whose they are. */
function sockets(): string {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  const ends = handles
    .filter(handle => handle instanceof Socket)
    .filter(({ remotePort }) => remotePort !== undefined)
    .map(({ localAddress, localPort, remoteAddress, remotePort }) => `${localAddress}:${localPort} to ${remoteAddress}:${remotePort}`)
  return ends.length === 0 ? '' : `; sockets ${ends.join(', ')}`
}
