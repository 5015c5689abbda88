/** Which lines a text lost and gained. */

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
}

/** More pairs of lines than these are not compared: all that lies between what begins and what ends alike counts as changed. */
const mostPairs = 4_000_000

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++
  return [
    ...lines('same', old.slice(0, head)),
    ...between(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...lines('same', old.slice(old.length - tail)),
  ]
}

function lines(kind: DiffLine['kind'], texts: readonly string[]): readonly DiffLine[] {
  return texts.map(text => ({ kind, text }))
}

/** By the longest common subsequence. */
function between(old: readonly string[], fresh: readonly string[]): readonly DiffLine[] {
  if (old.length * fresh.length > mostPairs) return [...lines('gone', old), ...lines('new', fresh)]
  const width = fresh.length + 1
  const longest = new Uint32Array((old.length + 1) * width)
  const common = (at: number, to: number) => longest[at * width + to] ?? 0
  for (let at = old.length - 1; at >= 0; at--)
    for (let to = fresh.length - 1; to >= 0; to--)
      longest[at * width + to] = old[at] === fresh[to] ? common(at + 1, to + 1) + 1 : Math.max(common(at + 1, to), common(at, to + 1))
  const found: DiffLine[] = []
  for (let at = 0, to = 0; at < old.length || to < fresh.length;) {
    const [gone, added] = [old[at], fresh[to]]
    if (gone !== undefined && gone === added) found.push({ kind: 'same', text: gone })
    else if (gone !== undefined && (added === undefined || common(at + 1, to) >= common(at, to + 1))) found.push({ kind: 'gone', text: gone })
    else found.push({ kind: 'new', text: added ?? '' })
    const { kind } = found.at(-1) as DiffLine
    at += Number(kind !== 'new')
    to += Number(kind !== 'gone')
  }
  return found
}

/** Only what changed, with some lines around it. @returns with undefined where lines are left out */
export function changesIn(diff: readonly DiffLine[], around = 3): readonly (DiffLine | undefined)[] {
  const near = diff.map((_, at) => diff.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'))
  return diff.flatMap((line, at) => (near[at] === true ? [line] : near[at - 1] === true || at === 0 ? [undefined] : []))
}
