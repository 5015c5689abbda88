/** What the admin API says and takes of user paths, groups and users. Made by schemas/generate.ts; edit users.schema.json instead. */

/**
 * All groups, sorted by path.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserGroups".
 */
export type UserGroups = UserGroup[]
/**
 * All users, sorted by path.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "DirectoryUsers".
 */
export type DirectoryUsers = DirectoryUser[]

/**
 * What the admin API says and takes of user paths, groups and users
 */
export interface UserBodies {
  [k: string]: unknown
}
/**
 * All user paths that the caller may see.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserTree".
 */
export interface UserTree {
  /**
   * Sorted by path.
   */
  users: UserNode[]
}
/**
 * One user path.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserNode".
 */
export interface UserNode {
  user_path: string
  /**
   * Selectors of the models that callers may use; none: no restriction by this path.
   */
  allowed_models: string[]
  description: string
  /**
   * Whether anything is said of this very path.
   */
  configured: boolean
  /**
   * The configuration says it, and only the configuration can change it.
   */
  managed: boolean
  /**
   * The keys that are bound to this very path.
   */
  key_count: number
  /**
   * The paths above that restrict this one, too; the deepest first.
   */
  inherited_from: string[]
  /**
   * Whether callers may use some models only.
   */
  restricted: boolean
  /**
   * The models that are there now and that restricted callers may use.
   */
  effective_models: string[]
  created_at: string | null
  updated_at: string | null
}
/**
 * What shall hold for a user path.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserWrite".
 */
export interface UserWrite {
  /**
   * The path, such as /acme/team-a.
   */
  user_path: string
  /**
   * Selectors of the models that callers may use; none: no restriction. What stands stays where this is absent.
   *
   * @maxItems 1000
   */
  allowed_models?: string[]
  /**
   * For people.
   */
  description?: string
}
/**
 * A group of users.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserGroup".
 */
export interface UserGroup {
  name: string
  /**
   * The group that it is in.
   */
  parent: string | null
  /**
   * The user path that follows.
   */
  path: string
  created_at: string
  updated_at: string
}
/**
 * A group that shall be there. A group keeps its name for good.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserGroupWrite".
 */
export interface UserGroupWrite {
  /**
   * Unique among all groups; without `/`, `,` and `:`.
   */
  name: string
  /**
   * The group that it shall be in; null or empty: none. It stays where this is absent.
   */
  parent?: string | null
}
/**
 * The group that shall go.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "GroupDelete".
 */
export interface GroupDelete {
  name: string
}
/**
 * A user.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "DirectoryUser".
 */
export interface DirectoryUser {
  /**
   * Stays, whatever the user's name and group.
   */
  id: string
  name: string
  /**
   * The group that the user is in.
   */
  group: string | null
  description: string
  /**
   * The user path that follows.
   */
  user_path: string
  created_at: string
  updated_at: string
}
/**
 * A user that shall be there; with an id, what shall be different about one who is. What is absent stays.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "DirectoryUserWrite".
 */
export interface DirectoryUserWrite {
  /**
   * Absent: a new user.
   */
  id?: string
  /**
   * Without `/` and `:`. Required for a new user.
   */
  name?: string
  /**
   * The group that the user shall be in; null or empty: none.
   */
  group?: string | null
  /**
   * For people.
   */
  description?: string
}
/**
 * The user who shall go.
 *
 * This interface was referenced by `UserBodies`'s JSON-Schema
 * via the `definition` "UserDelete".
 */
export interface UserDelete {
  id: string
}
