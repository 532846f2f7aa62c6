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
        out.invalid.push_back(entry_name(relay->digest));
        if (verified.error().is(Code::corrupt)) break;
    }
    return out;
}

}  // namespace

Task<std::vector<DescriptorPtr>> Intake::admit(std::vector<Bytes> encoded, ProofSource from,
                                               std::optional<NodeId> by) {
    std::vector<DescriptorPtr> given;
    std::map<NodeId, DescriptorPtr> admitted;
    std::vector<DescriptorPtr> unknown;
    for (const auto& bytes : encoded) {
        auto parsed = parse_descriptor(bytes, view_.network());
        if (!parsed) break;
        const auto& one = given.emplace_back(std::make_shared<const Descriptor>(std::move(*parsed)));
        const auto known = view_.find(one->id);
        // An older one is of no use, unless it convicts.
        if (known && !one->newer_than(*known) && !contradicts(*one, *known)) {
            admitted.emplace(known->id, known);
            if (one->digest != known->digest) decline(entry_name(one->digest));
        } else {
            unknown.push_back(one);
        }
    }
    drop_inadmissible(unknown, from);
    if (!unknown.empty()) {
        const auto valid = co_await verify(std::move(unknown), from);
        for (const auto& relay : valid) admitted.emplace(relay->id, relay);
    }
    std::vector<DescriptorPtr> out;
    for (const auto& one : given) {
        const auto it = admitted.find(one->id);
        if (it == admitted.end()) continue;
        out.push_back(it->second);
        if (by) view_.shown(*one, *by);
    }
    co_return out;
}

Task<void> Intake::admit_convictions(std::vector<Bytes> encoded, ProofSource from) {
    for (const auto& bytes : encoded) {
        auto parsed = parse_conviction(bytes, view_.network());
        if (!parsed) co_return;
        if (view_.find_entry(parsed->name()) || declined(parsed->name())) continue;
        auto conviction = std::make_shared<const Conviction>(std::move(*parsed));
        const auto holds = co_await judge(conviction, from);
        if (!holds) co_return;
        if (!view_.convict(conviction)) {
            decline(conviction->name());
            continue;
        }
        log_warning("membership", "relay ", conviction->id().brief(),
                    " has signed two onion keys for one epoch: it is left out until the next");
    }
}

// Signatures first, then the work: without it anybody could make up relays to be convicted.
Task<bool> Intake::judge(ConvictionPtr conviction, ProofSource from) {
    const auto& network = view_.network();
    const auto claims = claims_of(*conviction->first, network);
    if (!proofs_.admits(from, claims)) co_return false;
    std::function<Result<>()> work = [conviction, network, now = runtime_.now()] {
        return verify_conviction(*conviction, network, now);
    };
    auto holds = co_await on_worker(runtime_, std::move(work));
    if (holds) holds = co_await proofs_.check(ProofChecker::Lane::gossip, from, claims);
    if (!holds && !holds.error().is(Code::closed)) decline(conviction->name());
    co_return holds.has_value();
}

// Before any signature: from the first whose work is refuted, or may not be looked at, to the end.
void Intake::drop_inadmissible(std::vector<DescriptorPtr>& unknown, const ProofSource& from) {
    for (auto relay = unknown.begin(); relay != unknown.end(); ++relay) {
        const auto admitted = proofs_.admits(from, claims_of(**relay, view_.network()));
        if (admitted) continue;
        if (admitted.error().is(Code::corrupt)) decline(entry_name((*relay)->digest));
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
    for (const auto& name : said.invalid) decline(name);
    std::vector<DescriptorPtr> out;
    for (const auto& relay : said.valid) {
        const auto claims = claims_of(*relay, view_.network());
        const auto worked = co_await proofs_.check(ProofChecker::Lane::gossip, from, claims);
        if (!worked && !worked.error().is(Code::corrupt)) break;
        if (!worked) {
            decline(entry_name(relay->digest));
            break;
        }
        take(relay);
        out.push_back(relay);
    }
    co_return out;
}

void Intake::take(const DescriptorPtr& relay) {
    const auto change = view_.insert(relay, runtime_.now());
    if (change != View::Change::added && change != View::Change::renewed) decline(entry_name(relay->digest));
}

void Intake::decline(const EntryName& name) {
    if (declined_.insert(name).second) declined_order_.push_back(name);
    if (declined_order_.size() <= kMaxDeclined) return;
    declined_.erase(declined_order_.front());
    declined_order_.pop_front();
}

}  // namespace catacomb::routing
