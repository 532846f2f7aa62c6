#include "routing/link/dials.hpp"

#include <algorithm>

namespace catacomb::routing {
namespace {
constexpr auto kAttemptLimit = seconds(10);
}

Task<Result<Dials::LinkPtr>> Dials::dial(Endpoint at, Time deadline) {
    if (parts_.full()) co_return error(Code::limit, "too many links");
    auto stream = co_await connect(parts_.runtime, at, deadline);
    if (!stream) co_return stream.error();
    if (parts_.runtime.closing()) co_return error(Code::closed);
    auto link = parts_.make_link(std::move(*stream));
    auto opened = std::make_shared<Promise<LinkPtr>>(parts_.runtime);
    opening_.emplace(link->number(), opened);
    auto result = co_await opened->wait(deadline);
    opening_.erase(link->number());
    if (!result) link->close();
    co_return result;
}

void Dials::opened(Link& link) {
    if (auto waiting = opening_.find(link.number()); waiting != opening_.end())
        waiting->second->set(link.shared_from_this());
}

void Dials::closed(Link& link) {
    auto waiting = opening_.find(link.number());
    if (waiting == opening_.end()) return;
    const auto broke = error(Code::unreachable, "the connection to " + link.remote().text() + " broke");
    waiting->second->set(link.refusal().value_or(broke));
}

struct Dials::Attempt {
    Attempt(Runtime& runtime, NodeId whom, Dialler how)
        : peer(whom), dialler(std::move(how)), progress(runtime), limit(runtime.now() + kAttemptLimit) {}
    NodeId peer;
    Dialler dialler;
    Gate progress;
    Time limit;
    LinkPtr link;
};

Task<Result<Dials::LinkPtr>> Dials::reach(DescriptorPtr peer, Time deadline) {
    if (parts_.runtime.closing()) co_return error(Code::closed);
    auto mine = std::make_shared<Promise<LinkPtr>>(parts_.runtime);
    auto& waiting = waiting_[peer->id];
    waiting.push_back(mine);
    if (waiting.size() == 1) tasks_.spawn(seek(peer));
    co_return co_await mine->wait(deadline);
}

// One way out of the loop (docs/decisions/0005).
Task<void> Dials::seek(DescriptorPtr peer) {
    auto& runtime = parts_.runtime;
    Dialler how(peer->addresses, peer->link_key, parts_.special_allowed);
    auto attempt = std::make_shared<Attempt>(runtime, peer->id, std::move(how));
    auto& dialler = attempt->dialler;
    Error late = error(Code::timed_out, "no answer from the relay");
    while (!dialler.is_over() && runtime.now() < attempt->limit && !runtime.closing()) {
        while (const auto at = dialler.next(runtime.now())) tasks_.spawn(try_at(attempt, *at));
        if (dialler.is_over()) break;
        co_await attempt->progress.wait(std::min(dialler.wake(), attempt->limit));
    }
    if (runtime.closing()) late = error(Code::closed);
    if (attempt->link) {
        tell(peer->id, attempt->link);
    } else {
        tell(peer->id, dialler.is_over() ? dialler.failure() : late);
    }
}

Task<void> Dials::try_at(AttemptPtr attempt, Endpoint at) {
    auto link = co_await dial(at, attempt->limit);
    // A descriptor may name the key and the addresses of another relay: a link proves the id that was shown.
    const bool is_another = link && (*link)->relay() && (*link)->relay()->id != attempt->peer;
    if (!link) {
        attempt->dialler.failed(link.error());
    } else if (is_another) {
        attempt->dialler.failed(error(Code::unreachable, "the node at " + at.text() + " is another relay"));
        (*link)->close();
    } else if (attempt->dialler.met(at, (*link)->remote_static())) {
        attempt->link = std::move(*link);
    } else {
        (*link)->close();
    }
    attempt->progress.open();
}

void Dials::tell(const NodeId& peer, const Result<LinkPtr>& outcome) {
    const auto waiting = std::move(waiting_[peer]);
    waiting_.erase(peer);
    for (const auto& waiter : waiting) waiter->set(outcome);
}

}  // namespace catacomb::routing
