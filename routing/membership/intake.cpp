#include "routing/membership/intake.hpp"

#include "base/log.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kMaxDeclined = 8192;

struct Unverified {
    Descriptor relay;
    bool pow_known;
};
struct Verified {
    std::vector<DescriptorPtr> valid;
    std::vector<std::uint64_t> invalid;
};

// On a worker. A forgery ends it: the sender lies, and the rest would cost us as much again.
Verified verify_all(std::vector<Unverified> batch, const NetworkParameters& network, Time now) {
    Verified out;
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
    std::vector<Unverified> unknown;
    std::vector<crypto::Digest> order;
    std::map<crypto::Digest, DescriptorPtr> have;
    for (const auto& bytes : encoded) {
        auto parsed = parse_descriptor(bytes, view_.network());
        if (!parsed) break;
        const auto digest = parsed->digest;
        order.push_back(digest);
        const auto known = view_.find(parsed->id);
        if (known && known->digest == digest) {
            have.emplace(digest, known);
        } else {
            const bool pow_known = view_.knows_pow(parsed->id, parsed->epoch);
            unknown.push_back({std::move(*parsed), pow_known});
        }
    }
    if (!unknown.empty()) {
        const auto now = runtime_.now();
        auto batch = std::make_shared<std::vector<Unverified>>(std::move(unknown));
        std::function<Verified()> work = [batch, &network = view_.network(), now] {
            return verify_all(std::move(*batch), network, now);
        };
        const auto verified = co_await on_worker(runtime_, std::move(work));
        take(verified.valid);
        for (const auto& relay : verified.valid) have.emplace(relay->digest, relay);
        for (const auto prefix : verified.invalid) decline(prefix);
    }
    std::vector<DescriptorPtr> out;
    for (const auto& digest : order)
        if (const auto it = have.find(digest); it != have.end()) out.push_back(it->second);
    co_return out;
}

void Intake::take(const std::vector<DescriptorPtr>& relays) {
    for (const auto& relay : relays) {
        const auto change = view_.insert(relay, runtime_.now());
        if (change != View::Change::added && change != View::Change::renewed)
            decline(digest_prefix(relay->digest));
    }
}

void Intake::decline(std::uint64_t prefix) {
    if (declined_.insert(prefix).second) declined_order_.push_back(prefix);
    if (declined_order_.size() <= kMaxDeclined) return;
    declined_.erase(declined_order_.front());
    declined_order_.pop_front();
}

}  // namespace catacomb::routing
