// Dials: the links that this node opens. One attempt at a time for each relay: whoever wants a link to it
// waits for that, each to his own deadline, and the attempt has ten seconds of its own, so that one who is in
// a hurry cuts nobody's short. Who is dialled when is Dialler's to say. Owned by Links; one thread.
#pragma once

#include <map>
#include <memory>

#include "routing/descriptor.hpp"
#include "routing/gate.hpp"
#include "routing/link/dialler.hpp"
#include "routing/link/link.hpp"

namespace catacomb::routing {

class Dials {
public:
    using LinkPtr = std::shared_ptr<Link>;
    struct Parts {
        Runtime& runtime;
        bool special_allowed = false;
        std::function<bool()> full;  // there may be no more links
        std::function<LinkPtr(StreamPtr)> make_link;
    };
    explicit Dials(Parts parts) : parts_(std::move(parts)), tasks_(parts_.runtime) {}

    // A new link to whoever answers at `at`. Code::unreachable, timed_out, limit; or why we refused it.
    Task<Result<LinkPtr>> dial(Endpoint at, Time deadline);
    // A new link to that relay. Code::unreachable, also when others answer in its stead; timed_out, limit.
    Task<Result<LinkPtr>> reach(DescriptorPtr peer, Time deadline);

    // What became of a link: its handshake is over; it is closed.
    void opened(Link& link);
    void closed(Link& link);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Attempt;
    using AttemptPtr = std::shared_ptr<Attempt>;
    using Waiter = std::shared_ptr<Promise<LinkPtr>>;

    Task<void> seek(DescriptorPtr peer);
    Task<void> try_at(AttemptPtr attempt, Endpoint at);
    void tell(const NodeId& peer, const Result<LinkPtr>& outcome);

    Parts parts_;
    std::map<std::uint64_t, Waiter> opening_;  // by link number: who waits for the handshake
    std::map<NodeId, std::vector<Waiter>> waiting_;
    TaskSet tasks_;
};

}  // namespace catacomb::routing
