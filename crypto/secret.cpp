#include "crypto/secret.hpp"

#include <sodium.h>

namespace catacomb::crypto {

void wipe(MutableBytes bytes) {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool equal_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace catacomb::crypto
