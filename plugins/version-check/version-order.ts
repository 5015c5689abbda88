/** Which of two versions is the newer one. https://semver.org */

const shape = /^v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** A version without what some write in front of it; undefined if it is none. */
export function readVersion(text: unknown): string | undefined {
  return typeof text === 'string' && shape.test(text.trim()) ? text.trim().replace(/^v/, '') : undefined
}

/** Of two versions with the same numbers, the one that only leads up to it is the older one; others of those are not told apart. */
export function isNewer(version: string, than: string): boolean {
  const [ones, others] = [partsOf(version), partsOf(than)]
  const at = ones.findIndex((part, i) => part !== others[i])
  return at >= 0 && (ones[at] as number) > (others[at] as number)
}

function partsOf(version: string): readonly number[] {
  const [, major, minor, patch, before] = shape.exec(version) ?? []
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0), before === undefined ? 1 : 0]
}
