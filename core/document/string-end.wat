;; Finds where a JSON string ends, sixteen bytes at a time.
(module
  (memory (export "memory") 2)

  ;; From `at`, somewhere in a string, up to `end`. Returns a place, shifted left by two, and what is there:
  ;; 0 behind the quote that ends the string, 1 where the bytes are over, 2 a raw tab or line end.
  (func (export "scan") (param $at i32) (param $end i32) (result i32)
    (local $bytes v128)
    (local $byte i32)
    (local $stops i32)
    (loop $on
      (if (i32.ge_u (local.get $at) (local.get $end))
        (then (return (i32.or (i32.shl (local.get $end) (i32.const 2)) (i32.const 1)))))
      (local.set $bytes (v128.load (local.get $at)))
      (local.set $stops
        (i8x16.bitmask
          (v128.or
            (v128.or
              (i8x16.eq (local.get $bytes) (v128.const i8x16 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22 0x22))
              (i8x16.eq (local.get $bytes) (v128.const i8x16 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c 0x5c)))
            (i8x16.lt_u (local.get $bytes) (v128.const i8x16 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20 0x20)))))
      (if (i32.eqz (local.get $stops))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br $on)))
      (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $stops))))
      (br_if $on (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.eq (local.get $byte) (i32.const 0x22))
        (then (return (i32.shl (i32.add (local.get $at) (i32.const 1)) (i32.const 2)))))
      (if (i32.eq (local.get $byte) (i32.const 0x5c))
        (then
          ;; Whatever is escaped is for who decodes it to refuse.
          (if (i32.ge_u (i32.add (local.get $at) (i32.const 1)) (local.get $end))
            (then (return (i32.or (i32.shl (local.get $at) (i32.const 2)) (i32.const 1)))))
          (local.set $at (i32.add (local.get $at) (i32.const 2)))
          (br $on)))
      (if (i32.or (i32.or (i32.eq (local.get $byte) (i32.const 9)) (i32.eq (local.get $byte) (i32.const 10))) (i32.eq (local.get $byte) (i32.const 13)))
        (then (return (i32.or (i32.shl (local.get $at) (i32.const 2)) (i32.const 2)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $on))
    (unreachable)))
