// ProofChecker: the one place of a node where work that others show is checked, of relays and vaults alike.
// It drives KnownProofs and ProofBudgets: what is not known goes to a worker, one claim at a time for each
// lane and few at once of all lanes, so that a flood in one conversation holds up no other and never all
// workers, which also serve the vault. In a lane sources take turns, and no turn is waited for longer than
// ProofLimits::wait. One thread.
#pragma once

#include <functional>
#include <list>

#include "routing/gate.hpp"
#include "routing/proofs/claims.hpp"
#include "routing/proofs/known_proofs.hpp"
#include "routing/proofs/proof_budgets.hpp"

namespace catacomb::routing {

class ProofChecker {
public:
    enum class Lane { links, circuits, gossip, registrations, acknowledgements };
    static constexpr std::size_t kLanes = 5;

    explicit ProofChecker(Runtime& runtime, KnownProofs known = KnownProofs(), ProofLimits limits = {})
        : runtime_(runtime), known_(std::move(known)), limits_(limits), budgets_(limits) {}

    // Before anything that costs more than a hash is looked at of who shows them. Code::corrupt: one does not
    // hold, as is known. Code::limit: they are not known, and too many of that source did not hold lately.
    Result<> admits(const ProofSource& from, const WorkClaims& claims);
    // Calls `done` from inside this call when all of it is known or implausible, else later. Code::corrupt:
    // one of the claims does not hold. Code::limit: as of admits(), too many wait, it waited for too long, or
    // no memory for the work.
    using Done = std::function<void(Result<>)>;
    void check(Lane lane, const ProofSource& from, const WorkClaims& claims, Done done);
    // The same, awaited. Code::closed when the runtime closes first.
    Task<Result<>> check(Lane lane, ProofSource from, WorkClaims claims);

    Runtime& runtime() { return runtime_; }
    // How many proofs cost an Argon2id so far, and how many of them did not hold.
    std::uint64_t worked() const { return worked_; }
    std::uint64_t refuted() const { return refuted_; }
    const KnownProofs& known() const { return known_; }

private:
    struct Waiting {
        ProofSource from;
        WorkClaims claims;
        Time until;
        Done done;
    };
    struct Queue {
        std::list<Waiting> waiting;
        bool busy = false;
    };

    std::optional<Result<>> decide(const WorkClaims& claims);
    bool has_place(const Queue& queue, const ProofSource& from) const;
    void go_on();
    Queue* next_queue();
    Waiting take_next(Queue& queue);
    void serve(Queue& queue, Waiting one);
    void begin(Queue& queue, Waiting one);
    void worked_out(Queue& queue, Waiting one, const crypto::Digest& name, const Result<>& verdict);

    Runtime& runtime_;
    KnownProofs known_;
    ProofLimits limits_;
    ProofBudgets budgets_;
    std::array<Queue, kLanes> queues_;
    std::size_t last_ = 0;     // lane that had a turn
    std::size_t working_ = 0;  // lanes that are busy
    std::uint64_t worked_ = 0, refuted_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a worker's answer may outlive us
};

}  // namespace catacomb::routing
