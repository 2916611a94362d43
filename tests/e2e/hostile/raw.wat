;; A connector by hand, as little of one as there can be. It lists nothing, and says so.
;;
;; Tests put other lines in the place of those between `;; <name>` and `;; </name>`.
(module
  ;; <imports>
  ;; </imports>
  (import "[export]identity:connector/list-resources@0.1.0" "[task-return]list-resources"
    (func $return (param i32 i32)))
  (import "[export]identity:connector/list-resources@0.1.0" "[stream-new-0]list-resources"
    (func $stream-new (result i64)))
  (import "[export]identity:connector/list-resources@0.1.0" "[async-lower][stream-write-0]list-resources"
    (func $stream-write (param i32 i32 i32) (result i32)))
  (import "[export]identity:connector/list-resources@0.1.0" "[stream-drop-writable-0]list-resources"
    (func $stream-drop (param i32)))
  (import "[export]identity:connector/list-resources@0.1.0" "[future-new-1]list-resources"
    (func $future-new (result i64)))
  (import "[export]identity:connector/list-resources@0.1.0" "[async-lower][future-write-1]list-resources"
    (func $future-write (param i32 i32) (result i32)))
  (import "[export]identity:connector/list-resources@0.1.0" "[future-drop-writable-1]list-resources"
    (func $future-drop (param i32)))
  (import "$root" "[waitable-set-new]" (func $set-new (result i32)))

  ;; <memory>
  (memory (export "memory") 1)
  ;; </memory>

  ;; The name, and the id of the type.
  (data (i32.const 16) "raw")
  (data (i32.const 32) "thing")
  ;; The description: its name, and one type.
  (data (i32.const 1024) "\10\00\00\00\03\00\00\00")
  (data (i32.const 1072) "\00\08\00\00\01\00\00\00")
  ;; The type: its id.
  (data (i32.const 2048) "\20\00\00\00\05\00\00\00")
  ;; What ends a page, at 4096: ok(none).

  ;; <more>
  ;; </more>

  (global $free (mut i32) (i32.const 8192))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    ;; <realloc>
    global.get $free
    (global.set $free (i32.add (global.get $free) (i32.add (local.get $size) (i32.const 16))))
    i32.const -8
    i32.and
    ;; </realloc>
  )

  (func (export "identity:connector/describe@0.1.0#describe") (result i32)
    ;; <describe>
    i32.const 1024
    ;; </describe>
  )

  ;; Writable ends, in their order.
  (global $stream (mut i32) (i32.const 0))
  (global $future (mut i32) (i32.const 0))

  ;; Makes both ends of both, and returns the readable ones.
  (func $answer
    (local $ends i64)
    (local $readable i32)
    (local.set $ends (call $stream-new))
    (global.set $stream (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
    (local.set $readable (i32.wrap_i64 (local.get $ends)))
    (local.set $ends (call $future-new))
    (global.set $future (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
    (call $return (local.get $readable) (i32.wrap_i64 (local.get $ends)))
  )

  (func (export "[async-lift]identity:connector/list-resources@0.1.0#list-resources")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (local $ends i64)
    ;; <list>
    call $answer
    (call $stream-drop (global.get $stream))
    (drop (call $future-write (global.get $future) (i32.const 4096)))
    ;; YIELD, until the host has taken it.
    i32.const 1
    ;; </list>
  )
  (func (export "[callback][async-lift]identity:connector/list-resources@0.1.0#list-resources")
    (param i32 i32 i32) (result i32)
    ;; <callback>
    ;; EXIT.
    i32.const 0
    ;; </callback>
  )

  (func (export "[async-lift]identity:connector/validate@0.1.0#validate") (result i32)
    unreachable)
  (func (export "[callback][async-lift]identity:connector/validate@0.1.0#validate")
    (param i32 i32 i32) (result i32)
    unreachable)
  (func (export "[async-lift]identity:connector/list-entitlements@0.1.0#list-entitlements")
    (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    unreachable)
  (func (export "[callback][async-lift]identity:connector/list-entitlements@0.1.0#list-entitlements")
    (param i32 i32 i32) (result i32)
    unreachable)
  (func (export "[async-lift]identity:connector/list-grants@0.1.0#list-grants")
    (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    unreachable)
  (func (export "[callback][async-lift]identity:connector/list-grants@0.1.0#list-grants")
    (param i32 i32 i32) (result i32)
    unreachable)
)
