// CHECK(condition): our own invariants. Always on; prints the place and aborts.
#pragma once

namespace catacomb {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::catacomb::check_failed(#condition, __FILE__, __LINE__))
