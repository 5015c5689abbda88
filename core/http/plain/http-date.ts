/** The time as HTTP spells it: made anew once a second. */

let second = 0
let spelled = ''

export function httpDate(now = Date.now()): string {
  const current = Math.floor(now / 1000)
  if (current !== second) {
    second = current
    spelled = new Date(now).toUTCString()
  }
  return spelled
}
