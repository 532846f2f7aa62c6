// KnownProofs: which proofs of work were checked lately, and what came out, so that each costs an Argon2id
// once and not once for each message that shows it. Pure, and bounded. Those that hold and those that do not
// are kept apart: junk is cheap to make, and however much of it comes, what holds is not forgotten. Each part
// has two generations; what is asked for again comes into the younger one, so that what is in use stays.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "crypto/hash.hpp"

namespace catacomb::routing {

class KnownProofs {
public:
    // Twice a full view's relays, with two proofs each.
    explicit KnownProofs(std::size_t most_held = 65536, std::size_t most_refuted = 4096)
        : held_(most_held), refuted_(most_refuted) {}

    // What held in the node's last life, as held() gave it.
    void restore(const std::vector<crypto::Digest>& names);
    // The names of all that held, those that were asked for lately last.
    std::vector<crypto::Digest> held() const;
    // Grows with each that is remembered as held.
    std::uint64_t version() const { return version_; }

    // By WorkClaim::name(). Whether it held; nullopt when it was not checked lately.
    std::optional<bool> find(const crypto::Digest& name);
    void remember(const crypto::Digest& name, bool held);
    std::size_t size() const { return held_.size() + refuted_.size(); }

private:
    class Generations {
    public:
        explicit Generations(std::size_t most) : half_(most / 2) {}
        bool contains(const crypto::Digest& name);
        void insert(const crypto::Digest& name);
        std::size_t size() const { return young_.size() + old_.size(); }
        std::vector<crypto::Digest> all() const;

    private:
        std::size_t half_;
        std::set<crypto::Digest> young_, old_;
    };
    Generations held_, refuted_;
    std::uint64_t version_ = 0;
};

}  // namespace catacomb::routing
