/** Which Node runs Tapline: one that is new enough, or else the one that npm installed beside it. Works on any Node from 20 on. */

'use strict'

const { dirname, join } = require('node:path')
const { engines } = require('../package.json')

const isWindows = process.platform === 'win32'
/** The npm package with a Node for this platform, if there is one. */
const nodePackage = `node-${isWindows ? 'win' : process.platform}-${process.arch}`
/** The oldest version that can run Tapline, for example `24.15`. */
const oldest = engines.node.replace(/^>=/, '')

/** @param {string} version for example `24.21.0` */
function canRun(version) {
  const [major, minor] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/** The program file of the Node that came as an optional dependency; undefined where there is none for this platform. */
function installedNode() {
  try {
    return join(dirname(require.resolve(`${nodePackage}/package.json`)), 'bin', isWindows ? 'node.exe' : 'node')
  } catch {
    return undefined
  }
}

/** What to tell somebody whose Node is too old. */
function refusal() {
  return `tapline needs Node ${oldest} or newer. This is ${process.versions.node}, and no Node for ${process.platform}-${process.arch} came with the installation: install Node ${oldest.split('.')[0]} (https://nodejs.org) and try again.`
}

module.exports = { canRun, installedNode, nodePackage, refusal }
