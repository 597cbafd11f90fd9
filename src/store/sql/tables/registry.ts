/**
 * The tables of registry objects and of keys with an expiry: migration 0002; of the audit log: 0004. JSON is text; flags are 0 or 1.
 */

/** `object` is the object's name in all of these, `id` the id of the instance. */
export interface ObjectColumns {
  object: string
  id: string
  version: number
  body: string
}

export interface ObjectIndexColumns {
  object: string
  field: string
  value: string
  id: string
  is_unique: number
}

export interface ObjectLinkColumns {
  target_object: string
  target_id: string
  object: string
  id: string
}

/** Writers of one object name take turns on its row; 0 until something was written. */
export interface ObjectVersionColumns {
  object: string
  version: number
}

export interface KeyValueColumns {
  key: string
  value: string
  expires_at: number | null
}

export interface AuditColumns {
  id: string
  at: number
  action: string
  object_name: string
  object_id: string
  actor_id: string | null
  actor_name: string
  via: string | null
  remote: string | null
  before: string | null
  after: string | null
}

export interface RegistryTables {
  object: ObjectColumns
  object_index: ObjectIndexColumns
  object_link: ObjectLinkColumns
  object_version: ObjectVersionColumns
  key_value: KeyValueColumns
  audit: AuditColumns
}
