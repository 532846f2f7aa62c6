#include "routing/proofs/proof_checker.hpp"

#include <algorithm>

#include "base/defence.hpp"

namespace catacomb::routing {
namespace {

Error refuted_error() { return error(Code::corrupt, "a proof of work does not hold"); }
Error distrusted() { return error(Code::limit, "too many false proofs of work came from there"); }

}  // namespace

Result<> ProofChecker::admits(const ProofSource& from, const WorkClaims& claims) {
    if (const auto verdict = decide(claims)) return *verdict;
    if (!budgets_.has_room(from, runtime_.now())) return distrusted();
    return ok();
}

void ProofChecker::check(Lane lane, const ProofSource& from, const WorkClaims& claims, Done done) {
    if (const auto verdict = decide(claims)) return done(*verdict);
    if (!budgets_.has_room(from, runtime_.now())) return done(distrusted());
    auto& queue = queues_[static_cast<std::size_t>(lane)];
    if (!has_place(queue, from)) return done(error(Code::limit, "too much work to check"));
    queue.waiting.push_back({from, claims, runtime_.now() + limits_.wait, std::move(done)});
    go_on();
}

Task<Result<>> ProofChecker::check(Lane lane, ProofSource from, WorkClaims claims) {
    auto promise = std::make_shared<Promise<void>>(runtime_);
    check(lane, from, claims, [promise](Result<> verdict) { promise->set(std::move(verdict)); });
    auto verdict = co_await promise->wait(kNever);
    co_return verdict;
}

// Without a worker; nullopt when there is work to do.
std::optional<Result<>> ProofChecker::decide(const WorkClaims& claims) {
    bool all_known = true;
    for (const auto& claim : claims) {
        const auto held = known_.find(claim.name());
        if (held ? !*held : !claim.plausible()) return refuted_error();
        all_known = all_known && held;
    }
    if (!all_known) return std::nullopt;
    return Result<>(ok());
}

bool ProofChecker::has_place(const Queue& queue, const ProofSource& from) const {
    const auto same = std::count_if(queue.waiting.begin(), queue.waiting.end(),
                                    [&](const Waiting& one) { return one.from == from; });
    return queue.waiting.size() < limits_.waiting &&
           static_cast<std::size_t>(same) < limits_.waiting_of_source;
}

void ProofChecker::go_on() {
    while (working_ < limits_.at_once) {
        auto* queue = next_queue();
        if (!queue) return;
        serve(*queue, take_next(*queue));
    }
}

// Lanes take turns.
ProofChecker::Queue* ProofChecker::next_queue() {
    for (std::size_t i = 1; i <= kLanes; ++i) {
        const auto lane = (last_ + i) % kLanes;
        if (queues_[lane].busy || queues_[lane].waiting.empty()) continue;
        last_ = lane;
        return &queues_[lane];
    }
    return nullptr;
}

// Of the source whose last turn was longest ago. Requires: somebody waits.
ProofChecker::Waiting ProofChecker::take_next(Queue& queue) {
    auto& waiting = queue.waiting;
    auto next = std::min_element(waiting.begin(), waiting.end(), [this](const auto& a, const auto& b) {
        return budgets_.last_turn(a.from) < budgets_.last_turn(b.from);
    });
    if (!stands(Defence::false_proofs_are_counted)) next = waiting.begin();
    auto out = std::move(*next);
    waiting.erase(next);
    return out;
}

void ProofChecker::serve(Queue& queue, Waiting one) {
    const auto now = runtime_.now();
    // Somebody before it in the queue may have shown the same.
    if (const auto verdict = decide(one.claims)) return one.done(*verdict);
    if (now > one.until) return one.done(error(Code::limit, "too much work to check"));
    if (!budgets_.take(one.from, now)) return one.done(distrusted());
    begin(queue, std::move(one));
}

// The first claim of `one` that is not known; the others take their turn after it.
void ProofChecker::begin(Queue& queue, Waiting one) {
    queue.busy = true;
    ++working_;
    ++worked_;
    const auto unknown = std::find_if(one.claims.begin(), one.claims.end(),
                                      [&](const WorkClaim& claim) { return !known_.find(claim.name()); });
    auto verdict = std::make_shared<Result<>>(ok());
    auto work = [verdict, claim = *unknown] { *verdict = verify(claim); };
    std::weak_ptr<bool> alive = alive_;
    auto finish = [this, alive, &queue, verdict, name = unknown->name(), one = std::move(one)]() mutable {
        if (!alive.expired()) worked_out(queue, std::move(one), name, *verdict);
    };
    runtime_.run_on_worker(std::move(work), std::move(finish));
}

void ProofChecker::worked_out(Queue& queue, Waiting one, const crypto::Digest& name,
                              const Result<>& verdict) {
    queue.busy = false;
    --working_;
    const bool refuted = !verdict && verdict.error().is(Code::corrupt);
    if (verdict || refuted) known_.remember(name, verdict.has_value());
    if (refuted) {
        ++refuted_;
    } else {
        budgets_.give_back(one.from);
    }
    if (verdict) {
        queue.waiting.push_front(std::move(one));
    } else {
        one.done(refuted ? refuted_error() : verdict.error());
    }
    go_on();
}

}  // namespace catacomb::routing
