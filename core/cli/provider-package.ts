/** The package that `tapline new` makes of the files of a provider or a store. */

/** Texts by their paths. */
export type Files = Readonly<Record<string, string>>

/** @param filesOf those of one of that name. @returns them and the package's own, in a folder that may be called as the package is, which has a prefix that its name has not */
export function packaged(kind: 'provider' | 'store', filesOf: (name: string) => Files): (folder: string) => Files {
  const prefix = `tapline-${kind}-`
  return folder => {
    const name = folder.startsWith(prefix) ? folder.slice(prefix.length) : folder
    const facts = { name: prefix + name, version: '0.1.0', type: 'module', main: 'index.js', peerDependencies: { tapline: '*' } }
    const files = { 'package.json': `${JSON.stringify(facts, null, 2)}\n`, ...filesOf(name) }
    return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
  }
}

/** The module of a provider. @param facts the lines that say what it speaks, and where */
export function moduleOf(name: string, facts: string): string {
  return `/** Say here which API this is, and where its documentation stands. */

import { defineProvider } from 'tapline'

export default defineProvider({
  name: '${name}',
  baseUrl: 'https://api.${name}.example/v1',
  needs: ['api_key'],
${facts}
})
`
}
