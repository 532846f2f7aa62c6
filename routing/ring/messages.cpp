#include "routing/ring/messages.hpp"

#include <algorithm>

#include "routing/wire/ring.pb.h"

namespace catacomb::routing {
namespace {

constexpr std::size_t kMaxSuccessors = 64;  // any network's r is at most this

Error malformed() { return error(Code::malformed, "ring: a message breaks its limits"); }

template <class Message>
bool parse(Message& out, ByteView bytes) {
    return out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

template <class Repeated>
bool take(std::vector<Bytes>& out, const Repeated& field, std::size_t most) {
    if (static_cast<std::size_t>(field.size()) > most) return false;
    for (const auto& encoded : field) {
        if (encoded.empty() || encoded.size() > kMaxDescriptorSize) return false;
        out.push_back(to_bytes(encoded));
    }
    return true;
}

std::optional<Standing> to_standing(wire::RingState::Standing standing) {
    switch (standing) {
        case wire::RingState::JOINING:
            return Standing::joining;
        case wire::RingState::MEMBER:
            return Standing::member;
        case wire::RingState::BUSY:
            return Standing::busy;
        default:
            return std::nullopt;
    }
}

wire::RingState::Standing to_wire(Standing standing) {
    switch (standing) {
        case Standing::member:
            return wire::RingState::MEMBER;
        case Standing::busy:
            return wire::RingState::BUSY;
        default:
            return wire::RingState::JOINING;
    }
}

}  // namespace

Bytes encode_ring_state(const RingState& state) {
    wire::RingState out;
    out.set_standing(to_wire(state.standing));
    if (state.predecessor) out.set_predecessor(to_string(state.predecessor->encoded));
    for (const auto& relay : state.successors) out.add_successors(to_string(relay->encoded));
    return to_bytes(out.SerializeAsString());
}

Result<EncodedRingState> decode_ring_state(ByteView bytes) {
    wire::RingState in;
    if (!parse(in, bytes) || in.predecessor().size() > kMaxDescriptorSize) return malformed();
    EncodedRingState out;
    const auto standing = to_standing(in.standing());
    if (!standing || !take(out.successors, in.successors(), kMaxSuccessors)) return malformed();
    out.standing = *standing;
    out.predecessor = to_bytes(in.predecessor());
    return out;
}

Bytes encode_find_step(const FindStep& step) {
    wire::FindStep out;
    out.set_target(to_string(step.target));
    out.set_count(static_cast<std::uint32_t>(step.count));
    return to_bytes(out.SerializeAsString());
}

Result<FindStep> decode_find_step(ByteView bytes) {
    wire::FindStep in;
    if (!parse(in, bytes)) return malformed();
    const auto target = RingId::from(view(in.target()));
    if (!target || in.count() == 0 || in.count() > kMaxFindOwners) return malformed();
    return FindStep{*target, in.count()};
}

Bytes encode_find_answer(const FindAnswer& answer) {
    wire::FindAnswer out;
    for (const auto& relay : answer.owners) out.add_owners(to_string(relay->encoded));
    for (const auto& relay : answer.closer) out.add_closer(to_string(relay->encoded));
    return to_bytes(out.SerializeAsString());
}

Result<EncodedFindAnswer> decode_find_answer(ByteView bytes) {
    wire::FindAnswer in;
    EncodedFindAnswer out;
    if (!parse(in, bytes) || !take(out.owners, in.owners(), kMaxFindOwners) ||
        !take(out.closer, in.closer(), kMaxFindCloser))
        return malformed();
    return out;
}

}  // namespace catacomb::routing
