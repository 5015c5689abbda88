/** A header in which callers say labels. */

import { untouchable } from '../../core/upstream/headers/header-names.ts'

export interface TaggingHeader {
  readonly header: string
  readonly prefix: string
  readonly delimiter: string
  readonly do_not_pass: boolean
}

/** What two headers of one name have in common. */
export function nameOf({ header }: Pick<TaggingHeader, 'header'>): string {
  return header.toLowerCase()
}

/** What is wrong with one of a list; undefined if nothing is. @param before those of the list that stand before it */
export function flawIn(header: TaggingHeader, before: readonly TaggingHeader[]): string | undefined {
  if (untouchable(header.header) === 'credentials') return `${header.header} carries credentials, and is never read for labels`
  return before.some(other => nameOf(other) === nameOf(header)) ? `${header.header} is named twice` : undefined
}

/** Lists of headers as one; of those of one name, the last, at the place of the first. */
export function merged(...lists: readonly (readonly TaggingHeader[])[]): readonly TaggingHeader[] {
  return [...new Map(lists.flat().map(header => [nameOf(header), header])).values()]
}
