/** Which of the routes that share an id a call took. */

/** Whether a path ends in this segment, as routes match it: in letters of any case, with a slash behind it or none. @param segment in lower case */
export function endsIn(path: string, segment: string): boolean {
  const end = path.endsWith('/') ? path.slice(0, -1) : path
  return end.slice(-segment.length - 1).toLowerCase() === `/${segment}`
}
