#include "routing/membership/conviction.hpp"

#include "base/codec.hpp"

namespace catacomb::routing {

EntryName entry_name(const crypto::Digest& digest) {
    EntryName out;
    copy(out.bytes, digest.view().first(EntryName::kSize));
    return out;
}

bool same_key(const Descriptor& a, const Descriptor& b) {
    return a.proofs.epoch == b.proofs.epoch && a.onion_key == b.onion_key;
}

bool contradicts(const Descriptor& a, const Descriptor& b) {
    return a.id == b.id && a.proofs.epoch == b.proofs.epoch && a.onion_key != b.onion_key;
}

EntryName Conviction::name() const {
    return entry_name(crypto::hash(crypto::label::kConviction, id(), epoch()));
}

Bytes Conviction::encode() const {
    Writer out;
    out.u16(static_cast<std::uint16_t>(first->encoded.size())).raw(first->encoded).raw(second->encoded);
    return out.take();
}

Result<Conviction> parse_conviction(ByteView encoded, const NetworkParameters& network) {
    Reader in(encoded);
    const auto length = in.u16();
    auto first = parse_descriptor(in.raw(length), network);
    if (!first) return first.error();
    auto second = parse_descriptor(in.rest(), network);
    if (!second) return second.error();
    if (!contradicts(*first, *second)) return error(Code::malformed, "a conviction: the two agree");
    return Conviction{std::make_shared<const Descriptor>(std::move(*first)),
                      std::make_shared<const Descriptor>(std::move(*second))};
}

Result<> verify_conviction(const Conviction& parsed, const NetworkParameters& network, Time now) {
    if (!network.ticket_counts(parsed.id(), parsed.epoch(), now))
        return error(Code::refused, "a conviction: of another time");
    for (const auto& one : {parsed.first, parsed.second}) {
        if (auto holds = verify_signature(*one, network); !holds) return holds;
    }
    return ok();
}

}  // namespace catacomb::routing
