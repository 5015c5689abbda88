/** What was filled into a form. */

/** Without spaces around it; empty where nothing was filled in. */
export function textIn(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** The parts between commas. */
export function listIn(form: FormData, name: string): string[] {
  return textIn(form, name)
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}
