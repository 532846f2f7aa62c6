// ProofChecker: the one place of a node where work that others show is checked, of relays and vaults alike.
// It drives KnownProofs: what is not known goes to a worker, one claim at a time for each lane, so that a
// flood in one conversation holds up no other and never all workers, which also serve the vault. One thread.
#pragma once

#include <deque>
#include <functional>

#include "routing/gate.hpp"
#include "routing/proofs/claims.hpp"
#include "routing/proofs/known_proofs.hpp"

namespace catacomb::routing {

class ProofChecker {
public:
    enum class Lane { links, gossip, registrations, acknowledgements };
    static constexpr std::size_t kLanes = 4;
    static constexpr std::size_t kMostWaiting = 64;  // in one lane

    explicit ProofChecker(Runtime& runtime, KnownProofs known = KnownProofs())
        : runtime_(runtime), known_(std::move(known)) {}

    // Calls `done` from inside this call when all of it is known or implausible, else later. Code::corrupt:
    // one of the claims does not hold. Code::limit: too many wait in that lane, or no memory for the work.
    using Done = std::function<void(Result<>)>;
    void check(Lane lane, const WorkClaims& claims, Done done);
    // The same, awaited. Code::closed when the runtime closes first.
    Task<Result<>> check(Lane lane, WorkClaims claims);

    Runtime& runtime() { return runtime_; }
    // How many proofs cost an Argon2id so far.
    std::uint64_t worked() const { return worked_; }

private:
    struct Waiting {
        WorkClaims claims;
        Done done;
    };
    struct Queue {
        std::deque<Waiting> waiting;
        bool busy = false;
    };

    std::optional<Result<>> decide(const WorkClaims& claims);
    void go_on(Lane lane);
    void begin(Lane lane, Waiting one);
    Queue& queue(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }

    Runtime& runtime_;
    KnownProofs known_;
    std::array<Queue, kLanes> queues_;
    std::uint64_t worked_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a worker's answer may outlive us
};

}  // namespace catacomb::routing
