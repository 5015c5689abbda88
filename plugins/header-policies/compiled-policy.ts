/** One header policy, ready to be asked of each request. */

import type { IncomingRequest } from '../../core/index.ts'
import type { HeaderAction, HeaderCondition, HeaderPolicy } from '../../core/upstream/headers/header-policy.ts'
import { checkHeaderPolicy } from '../shared/guard/header-policy.ts'
import { headerValues } from '../shared/headers/header-values.ts'
import { compilePattern } from '../../core/plugin/pattern.ts'
import type { Change } from './planned-policy.ts'

type Request = Pick<IncomingRequest, 'method' | 'path' | 'headers' | 'rawHeaders'>
type Test = (request: Request) => boolean

export class CompiledPolicy {
  readonly name: string
  readonly #tests: readonly Test[]
  readonly #actions: readonly HeaderAction[]

  /** @throws Error naming the policy and what is wrong with it */
  constructor(policy: HeaderPolicy) {
    checkHeaderPolicy(policy)
    this.name = policy.name
    this.#tests = [...methodTest(policy.methods), ...pathTest(policy.paths), ...policy.when.map(conditionTest)]
    this.#actions = policy.actions
  }

  /** What it makes of the calls for a request; of two actions on one header, the later one. None if it is not for this request. */
  changesFor(request: Request): readonly Change[] {
    if (!this.#tests.every(holds => holds(request))) return []
    const changes = this.#actions.map(action => changeOf(action, request)).filter(change => change !== undefined)
    return [...new Map(changes.map(change => [change.header.toLowerCase(), change])).values()]
  }
}

function changeOf({ action, header, value, from_header: source }: HeaderAction, request: Request): Change | undefined {
  if (action === 'remove') return { header, value: undefined }
  if (source === undefined) return { header, value: value ?? '' }
  const [copied] = headerValues(request, source)
  return copied === undefined ? undefined : { header, value: copied, source }
}

function methodTest(methods: readonly string[]): readonly Test[] {
  if (methods.length === 0) return []
  const wanted = new Set(methods.map(method => method.toUpperCase()))
  return [({ method }) => wanted.has(method)]
}

/** Paths are served in whatever case, and with a slash behind: they are the same here. */
function pathTest(paths: readonly string[]): readonly Test[] {
  if (paths.length === 0) return []
  const [prefixes, whole] = [paths.filter(path => path.endsWith('*')).map(path => path.slice(0, -1).toLowerCase()), new Set(paths.map(bare))]
  return [({ path }) => whole.has(bare(path)) || prefixes.some(prefix => path.toLowerCase().startsWith(prefix))]
}

function bare(path: string): string {
  return path.toLowerCase().replace(/(?<=.)\/$/, '')
}

function conditionTest({ header, matches, equals, present = true }: HeaderCondition): Test {
  if (equals !== undefined) return request => headerValues(request, header).includes(equals)
  if (matches === undefined) return request => headerValues(request, header).length > 0 === present
  const pattern = compilePattern(matches)
  return request => headerValues(request, header).some(value => pattern.test(value))
}
