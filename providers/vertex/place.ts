/** Where Vertex AI is, for a project in a location. */

/** @throws Error for a location that is none */
function hostOf(location: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(location)) throw new Error('vertex_location is no location, such as europe-west4, eu or global')
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  return location === 'us' || location === 'eu' ? `https://aiplatform.${location}.rep.googleapis.com` : `https://${location}-aiplatform.googleapis.com`
}

/** The URL of the project, below which both surfaces lie. A base URL may be that of another host, of the project, or of one of the surfaces. @throws Error */
export function projectUrl(project: string, location: string, given: string | undefined): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(project)) throw new Error('vertex_project is no project')
  const host = given ?? hostOf(location)
  if (/\/projects\/[^/]+\/locations\/[^/]+/.test(host)) return host.replace(/\/(?:endpoints\/openapi|publishers\/google)$/, '')
  return `${host.replace(/\/v1$/, '')}/v1/projects/${project}/locations/${location}`
}
