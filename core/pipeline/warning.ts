/** What policy says where it lets something pass that it did not like: for the audit record, and in a header. */

import type { PhaseName } from './plan/step.ts'

const header = 'X-Tapline-Guardrail'
/** What clients of compatible gateways look for. */
const compatibleHeader = 'X-GoModel-Guardrail'

/** What is warned of; for the audit record, `detail` says what kinds of things were found and how many, never what was said. */
export interface WarningFacts {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

export class Warning implements WarningFacts {
  readonly code: string
  readonly message: string | undefined
  /** For the audit record: what kinds of things were found and how many, never what was said. */
  readonly detail: Readonly<Record<string, unknown>> | undefined

  /** @throws TypeError if the code cannot stand in a header */
  constructor({ code = 'guardrail_warning', message, detail }: WarningFacts) {
    if (!/^[\w.-]{1,64}$/.test(code)) throw new TypeError('the code of a warning is made of letters, digits, and . _ -')
    this.code = code
    this.message = message
    this.detail = detail
  }
}

/** A warning, and who gave it. */
export interface GivenWarning {
  readonly instance: string
  readonly phase: PhaseName
  readonly warning: Warning
}

/**
 * Lets the call go on, and says so in `X-Tapline-Guardrail` as long as headers can be given, and in the audit record.
 * @param detail what kinds of things were found and how many; never what was said
 * @throws TypeError if the code cannot stand in a header
 */
export function warn(code?: string, message?: string, detail?: Readonly<Record<string, unknown>>): Warning {
  return new Warning({ code, message, detail })
}

/** Flat; each code once. @param isCompatible whether they are also said under the name that compatible gateways use */
export function warningHeaders(given: readonly GivenWarning[], isCompatible: boolean): string[] {
  const values = [...new Set(given.map(({ warning: { code } }) => `warn; code=${code}`))]
  return values.flatMap(value => [header, value, ...(isCompatible ? [compatibleHeader, value] : [])])
}
