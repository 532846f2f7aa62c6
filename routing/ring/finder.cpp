#include "routing/ring/finder.hpp"

#include <algorithm>

namespace catacomb::routing {
namespace {
constexpr std::size_t kMaxStarts = 32;
}

struct Finder::Search {
    Search(Runtime& runtime, Lookup::Start start, Time limit)
        : lookup(std::move(start)), deadline(limit), progress(runtime) {}
    Lookup lookup;
    Time deadline;
    Gate progress;
};

Task<Result<std::vector<DescriptorPtr>>> Finder::find(RingId target, std::size_t count, Time deadline,
                                                      unsigned paths) {
    count = std::min(count, kMaxFindOwners);
    if (parts_.table.owns(target)) {
        const FindStep step{target, count};
        auto own = find_step(parts_.table, parts_.view, step, parts_.runtime.now());
        co_return std::move(own.owners);
    }
    auto start = start_of(target, count, paths);
    auto search = std::make_shared<Search>(parts_.runtime, std::move(start), deadline);
    for (;;) {
        for (const auto& peer : search->lookup.ask()) tasks_.spawn(ask(search, peer));
        if (search->lookup.done()) co_return search->lookup.result();
        const auto wake = co_await search->progress.wait(deadline);
        if (wake == Wake::closed) co_return error(Code::closed);
        if (wake == Wake::timed_out) co_return error(Code::timed_out, "the ring lookup took too long");
    }
}

Task<void> Finder::ask(std::shared_ptr<Search> search, DescriptorPtr peer) {
    const auto step = search->lookup.step();
    const auto answer = co_await step_at(peer, step, search->deadline);
    if (answer) {
        search->lookup.answered(peer->id, *answer);
    } else {
        search->lookup.gone(peer->id);
    }
    search->progress.open();
}

Task<Result<FindAnswer>> Finder::step_at(DescriptorPtr peer, FindStep step, Time deadline) {
    const auto now = parts_.runtime.now();
    // Others name us while our predecessor's death is news.
    if (peer->id == parts_.table.id()) co_return find_step(parts_.table, parts_.view, step, now);
    auto body = encode_find_step(step);
    const auto limit = std::min<Time>(deadline, now + kAnswerWithin);
    const auto answer = co_await parts_.caller.call(peer, Method::ring_find, std::move(body), limit);
    if (!answer) co_return answer.error();
    auto encoded = decode_find_answer(*answer);
    if (!encoded) co_return encoded.error();
    FindAnswer found;
    const auto from = ProofSource::relay(peer->id);
    found.owners = co_await parts_.intake.admit(std::move(encoded->owners), from);
    found.closer = co_await parts_.intake.admit(std::move(encoded->closer), from);
    co_return found;
}

// Our own knowledge is the first step: the table's, and the view's.
Lookup::Start Finder::start_of(const RingId& target, std::size_t count, unsigned paths) const {
    const auto now = parts_.runtime.now();
    const auto& table = parts_.table;
    const FindStep everything{target, kMaxFindOwners};
    auto own = find_step(table, parts_.view, everything, now, kMaxStarts);
    const auto before = parts_.view.predecessors_of(target, kMaxStarts, now);
    const auto after = parts_.view.successors_of(target, 1, now);
    own.closer.insert(own.closer.end(), before.begin(), before.end());
    own.owners.insert(own.owners.end(), after.begin(), after.end());
    const auto is_self = [&](const DescriptorPtr& relay) { return relay->id == table.id(); };
    std::erase_if(own.closer, is_self);
    std::erase_if(own.owners, is_self);
    return {target, count, paths, std::move(own.closer), std::move(own.owners), table.estimated_size()};
}

}  // namespace catacomb::routing
