; Groups of which the program keeps one.
target triple = "wasm32-unknown-unknown"
$shared = comdat any
$data = comdat any
@data = linkonce_odr global i32 7, comdat
define linkonce_odr i32 @shared() comdat {
  %v = load volatile i32, ptr @data
  ret i32 %v
}
define i32 @use() {
  %v = call i32 @shared()
  ret i32 %v
}
