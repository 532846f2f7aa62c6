#include "routing/proofs/proof_checker.hpp"

#include <algorithm>

namespace catacomb::routing {
namespace {

Error refuted() { return error(Code::corrupt, "a proof of work does not hold"); }

}  // namespace

void ProofChecker::check(Lane lane, const WorkClaims& claims, Done done) {
    if (const auto verdict = decide(claims)) return done(*verdict);
    if (queue(lane).waiting.size() >= kMostWaiting) return done(error(Code::limit, "too much work to check"));
    queue(lane).waiting.push_back({claims, std::move(done)});
    go_on(lane);
}

Task<Result<>> ProofChecker::check(Lane lane, WorkClaims claims) {
    auto promise = std::make_shared<Promise<void>>(runtime_);
    check(lane, claims, [promise](Result<> verdict) { promise->set(std::move(verdict)); });
    auto verdict = co_await promise->wait(kNever);
    co_return verdict;
}

// Without a worker; nullopt when there is work to do.
std::optional<Result<>> ProofChecker::decide(const WorkClaims& claims) {
    bool all_known = true;
    for (const auto& claim : claims) {
        const auto held = known_.find(claim.name());
        if (held ? !*held : !claim.plausible()) return refuted();
        all_known = all_known && held;
    }
    if (!all_known) return std::nullopt;
    return Result<>(ok());
}

void ProofChecker::go_on(Lane lane) {
    auto& waiting = queue(lane).waiting;
    while (!queue(lane).busy && !waiting.empty()) {
        auto one = std::move(waiting.front());
        waiting.pop_front();
        // Somebody before it in the queue may have shown the same.
        if (const auto verdict = decide(one.claims)) {
            one.done(*verdict);
        } else {
            begin(lane, std::move(one));
        }
    }
}

// The first claim of `one` that is not known; the others take their turn behind it.
void ProofChecker::begin(Lane lane, Waiting one) {
    queue(lane).busy = true;
    ++worked_;
    const auto unknown = std::find_if(one.claims.begin(), one.claims.end(),
                                      [&](const WorkClaim& claim) { return !known_.find(claim.name()); });
    auto verdict = std::make_shared<Result<>>(ok());
    auto work = [verdict, claim = *unknown] { *verdict = verify(claim); };
    std::weak_ptr<bool> alive = alive_;
    auto finish = [this, alive, lane, verdict, name = unknown->name(), one = std::move(one)]() mutable {
        if (alive.expired()) return;
        queue(lane).busy = false;
        const bool told = *verdict || verdict->error().is(Code::corrupt);
        if (told) known_.remember(name, verdict->has_value());
        if (*verdict) {
            queue(lane).waiting.push_front(std::move(one));
        } else {
            one.done(told ? refuted() : verdict->error());
        }
        go_on(lane);
    };
    runtime_.run_on_worker(std::move(work), std::move(finish));
}

}  // namespace catacomb::routing
