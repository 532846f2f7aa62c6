// Tap: what the simulated world's auditor hears (docs/audit.md 1). A node reports each plaintext
// it handled and each pair of handles it put together; production has no tap and pays one null
// check.
#pragma once

#include <compare>
#include <cstdint>

#include "base/bytes.hpp"

namespace catacomb::routing {

// Something a node can tell apart from others of its kind. `id` is unique within (node, kind). A link carries
// what belongs to many: that two things came by one link joins neither.
struct Handle {
    enum class Kind : std::uint8_t { link, channel, circuit, stream, rpc, job, vault_session };
    Kind kind;
    std::uint64_t id;
    auto operator<=>(const Handle&) const = default;
};

class Tap {
public:
    virtual ~Tap() = default;
    // This node saw `plaintext` in the context of `where`: whatever handle stands in it, the node can join
    // with `where`.
    virtual void saw(Handle where, ByteView plaintext) = 0;
    // This node knows that the two belong together (a link's channel, a circuit's two sides, a request it
    // passed on).
    virtual void joined(Handle a, Handle b) = 0;
    // This node built a circuit of its own, which begins on `channel` with the message `create`: to its first
    // hop, that message is the node.
    virtual void originated(Handle channel, ByteView create) = 0;
};

}  // namespace catacomb::routing
