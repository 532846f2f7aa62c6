#include "routing/membership/intake.hpp"

#include "base/log.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kMaxDeclined = 8192;

struct Unverified {
    Descriptor relay;
    bool pow_known;
};
// On a worker. A forgery ends it: the sender lies, and the rest would cost us as much again.
VerifiedBatch verify_all(std::vector<Unverified> batch, const NetworkParameters& network, Time now) {
    VerifiedBatch out;
    for (auto& item : batch) {
        const auto verified = verify_descriptor(item.relay, network, now, item.pow_known);
        if (verified) {
            out.valid.push_back(std::make_shared<const Descriptor>(std::move(item.relay)));
            continue;
        }
        out.invalid.push_back(digest_prefix(item.relay.digest));
        if (verified.error().is(Code::corrupt)) break;
    }
    return out;
}

}  // namespace

Task<std::vector<DescriptorPtr>> Intake::admit(std::vector<Bytes> encoded) {
    std::vector<NodeId> order;
    std::map<NodeId, DescriptorPtr> admitted;
    auto unknown = std::make_shared<std::vector<Unverified>>();
    for (const auto& bytes : encoded) {
        auto parsed = parse_descriptor(bytes, view_.network());
        if (!parsed) break;
        order.push_back(parsed->id);
        const auto known = view_.find(parsed->id);
        if (known && !parsed->newer_than(*known)) {
            admitted.emplace(known->id, known);
        } else {
            const bool pow_known = view_.knows_pow(parsed->id, parsed->epoch);
            unknown->push_back({std::move(*parsed), pow_known});
        }
    }
    if (!unknown->empty()) {
        std::function<VerifiedBatch()> work = [unknown, network = view_.network(), now = runtime_.now()] {
            return verify_all(std::move(*unknown), network, now);
        };
        const auto verified = co_await on_worker(runtime_, std::move(work));
        take(verified);
        for (const auto& relay : verified.valid) admitted.emplace(relay->id, relay);
    }
    std::vector<DescriptorPtr> out;
    for (const auto& id : order)
        if (const auto it = admitted.find(id); it != admitted.end()) out.push_back(it->second);
    co_return out;
}

void Intake::take(const VerifiedBatch& verified) {
    for (const auto& relay : verified.valid) {
        const auto change = view_.insert(relay, runtime_.now());
        if (change != View::Change::added && change != View::Change::renewed)
            decline(digest_prefix(relay->digest));
    }
    for (const auto prefix : verified.invalid) decline(prefix);
}

void Intake::decline(std::uint64_t prefix) {
    if (declined_.insert(prefix).second) declined_order_.push_back(prefix);
    if (declined_order_.size() <= kMaxDeclined) return;
    declined_.erase(declined_order_.front());
    declined_order_.pop_front();
}

}  // namespace catacomb::routing
