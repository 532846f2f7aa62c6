// What a relay shows in a link's handshake (docs/spec/link.md 1): its clock, and its descriptor. A node that
// is no relay shows nothing. Pure.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace catacomb::routing {

struct Greeting {
    Time clock{};      // to the second
    Bytes descriptor;  // empty: no relay
};

// Empty for a node without a descriptor: its clock is nobody's business.
Bytes encode(const Greeting& greeting);
// Code::malformed.
Result<Greeting> decode_greeting(ByteView payload);

}  // namespace catacomb::routing
