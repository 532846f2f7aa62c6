#include "routing/link/greeting.hpp"

#include "base/codec.hpp"

namespace catacomb::routing {

Bytes encode(const Greeting& greeting) {
    if (greeting.descriptor.empty()) return {};
    Writer out;
    out.u64(unix_seconds(greeting.clock)).raw(greeting.descriptor);
    return out.take();
}

Result<Greeting> decode_greeting(ByteView payload) {
    Greeting out;
    if (payload.empty()) return out;
    Reader in(payload);
    out.clock = from_unix_seconds(in.u64());
    out.descriptor = to_bytes(in.rest());
    if (!in.ok() || out.descriptor.empty()) return error(Code::malformed, "a greeting without a descriptor");
    return out;
}

}  // namespace catacomb::routing
