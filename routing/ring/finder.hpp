// Finder: looks up who owns a target, over the pure Lookup: our own table and view are the first step, the
// relays that they name the next ones (docs/spec/ring.md 4). One thread; its owner outlives it and waits for
// drained().
#pragma once

#include "routing/membership/intake.hpp"
#include "routing/ring/lookup.hpp"
#include "routing/rpc.hpp"

namespace catacomb::routing {

class Finder {
    struct Search;

public:
    struct Parts {
        Runtime& runtime;
        View& view;
        Intake& intake;
        RpcCaller& caller;
        const Table& table;
    };
    explicit Finder(Parts parts) : parts_(parts), tasks_(parts.runtime) {}

    // The target's owner and those that follow it, as the owner knows them; fewer than `count` in a small
    // ring. Code::timed_out, Code::unreachable.
    Task<Result<std::vector<DescriptorPtr>>> find(RingId target, std::size_t count, Time deadline,
                                                  unsigned paths);
    Task<void> drained() { return tasks_.drained(); }

    // How long a relay of the ring is waited for.
    static constexpr Duration kAnswerWithin = seconds(2);

private:
    Task<void> ask(std::shared_ptr<Search> search, DescriptorPtr peer);
    Task<Result<FindAnswer>> step_at(DescriptorPtr peer, FindStep step, Time deadline);
    Lookup::Start start_of(const RingId& target, std::size_t count, unsigned paths) const;

    Parts parts_;
    TaskSet tasks_;
};

}  // namespace catacomb::routing
