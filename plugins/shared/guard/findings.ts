/** What a guardrail found in a text, and the text with something else in its place. */

import type { TextSpan } from '../../../core/plugin/pattern.ts'

export interface Finding extends TextSpan {
  /** What kind of thing it is, for example `EMAIL_ADDRESS`. */
  readonly entity: string
}

/** In order and apart: of findings that overlap stays the one that begins first, of those that begin together the longest, and of equals the first. */
export function settled(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings
  const kept: Finding[] = []
  for (const finding of findings.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (finding.start >= (kept.at(-1)?.end ?? 0)) kept.push(finding)
  }
  return kept
}

/** @param findings in order and apart */
export function replaceFindings(text: string, findings: readonly Finding[], replacement: (found: string, finding: Finding) => string): string {
  if (findings.length === 0) return text
  let replaced = ''
  let at = 0
  for (const finding of findings) {
    replaced += text.slice(at, finding.start) + replacement(text.slice(finding.start, finding.end), finding)
    at = finding.end
  }
  return replaced + text.slice(at)
}
