#include "routing/membership/intake.hpp"

#include "base/log.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kMaxDeclined = 8192;

// On a worker. A forgery ends it: the sender lies, and the rest would cost us as much again.
VerifiedBatch verify_all(std::vector<DescriptorPtr> batch, const NetworkParameters& network, Time now) {
    VerifiedBatch out;
    for (auto& relay : batch) {
        const auto verified = verify_descriptor(*relay, network, now);
        if (verified) {
            out.valid.push_back(std::move(relay));
            continue;
        }
        out.invalid.push_back(digest_prefix(relay->digest));
        if (verified.error().is(Code::corrupt)) break;
    }
    return out;
}

}  // namespace

Task<std::vector<DescriptorPtr>> Intake::admit(std::vector<Bytes> encoded, ProofSource from) {
    std::vector<NodeId> order;
    std::map<NodeId, DescriptorPtr> admitted;
    std::vector<DescriptorPtr> unknown;
    for (const auto& bytes : encoded) {
        auto parsed = parse_descriptor(bytes, view_.network());
        if (!parsed) break;
        order.push_back(parsed->id);
        const auto known = view_.find(parsed->id);
        if (known && !parsed->newer_than(*known)) {
            admitted.emplace(known->id, known);
        } else {
            unknown.push_back(std::make_shared<const Descriptor>(std::move(*parsed)));
        }
    }
    drop_inadmissible(unknown, from);
    if (!unknown.empty()) {
        const auto valid = co_await verify(std::move(unknown), from);
        for (const auto& relay : valid) admitted.emplace(relay->id, relay);
    }
    std::vector<DescriptorPtr> out;
    for (const auto& id : order)
        if (const auto it = admitted.find(id); it != admitted.end()) out.push_back(it->second);
    co_return out;
}

// Before any signature: from the first whose work is refuted, or may not be looked at, to the end.
void Intake::drop_inadmissible(std::vector<DescriptorPtr>& unknown, const ProofSource& from) {
    for (auto relay = unknown.begin(); relay != unknown.end(); ++relay) {
        const auto admitted = proofs_.admits(from, claims_of(**relay, view_.network()));
        if (admitted) continue;
        if (admitted.error().is(Code::corrupt)) decline(digest_prefix((*relay)->digest));
        unknown.erase(relay, unknown.end());
        return;
    }
}

// Signatures together, then the work that each shows, which is known of most.
Task<std::vector<DescriptorPtr>> Intake::verify(std::vector<DescriptorPtr> unknown, ProofSource from) {
    std::function<VerifiedBatch()> work = [unknown, network = view_.network(), now = runtime_.now()] {
        return verify_all(unknown, network, now);
    };
    const auto said = co_await on_worker(runtime_, std::move(work));
    for (const auto prefix : said.invalid) decline(prefix);
    std::vector<DescriptorPtr> out;
    for (const auto& relay : said.valid) {
        const auto claims = claims_of(*relay, view_.network());
        const auto worked = co_await proofs_.check(ProofChecker::Lane::gossip, from, claims);
        if (!worked && !worked.error().is(Code::corrupt)) break;
        if (!worked) {
            decline(digest_prefix(relay->digest));
            break;
        }
        take(relay);
        out.push_back(relay);
    }
    co_return out;
}

void Intake::take(const DescriptorPtr& relay) {
    const auto change = view_.insert(relay, runtime_.now());
    if (change != View::Change::added && change != View::Change::renewed)
        decline(digest_prefix(relay->digest));
}

void Intake::decline(std::uint64_t prefix) {
    if (declined_.insert(prefix).second) declined_order_.push_back(prefix);
    if (declined_order_.size() <= kMaxDeclined) return;
    declined_.erase(declined_order_.front());
    declined_order_.pop_front();
}

}  // namespace catacomb::routing
