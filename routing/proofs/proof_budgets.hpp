// ProofBudgets: who brought us proofs of work that did not hold. A false one that looks right costs its maker
// next to nothing and us an Argon2id: each source may bring a few, then its proofs are not looked at for a
// while, but for those that are known. Also whose turn it is. Pure: time comes in.
#pragma once

#include <map>

#include "base/time.hpp"
#include "routing/endpoint.hpp"
#include "routing/identity.hpp"

namespace catacomb::routing {

// The peer that brought a proof, and answers for it: who is honest passes on what he has checked. Circuits
// count for themselves: who carries them cannot check what comes by them.
struct ProofSource {
    enum class Kind : std::uint8_t { host, relay, vault, circuits_of_host, circuits_of_relay };
    Kind kind = Kind::host;
    std::uint64_t name = 0;

    auto operator<=>(const ProofSource&) const = default;
    // A host is an address; of IPv6, a /64.
    static ProofSource host(const Endpoint& at, Kind kind = Kind::host);
    static ProofSource of(Kind kind, const RingId& id);
    static ProofSource relay(const NodeId& id) { return of(Kind::relay, id); }
    static ProofSource vault(const VaultId& id) { return of(Kind::vault, id); }
};

// The one table of maxima for checking work.
struct ProofLimits {
    std::size_t waiting = 256;           // in one lane
    std::size_t waiting_of_source = 32;  // of one source in one lane
    Duration wait = seconds(10);         // for a turn; then it is refused
    std::size_t at_once = 2;             // on workers, which serve the vault, too
    // False proofs of one source: so many at once, and one more in each interval. Those that come by circuits
    // are of many, of whom one shall not silence all.
    struct Refuted {
        unsigned burst = 4;
        Duration interval = seconds(30);
    };
    Refuted refuted, refuted_by_circuits{16, seconds(2)};
    std::size_t sources = 4096;  // that are remembered
};

class ProofBudgets {
public:
    explicit ProofBudgets(const ProofLimits& limits) : limits_(limits) {}

    // Whether work for that source may begin.
    bool has_room(const ProofSource& from, Time now) const;
    // Work begins. False, and nothing is taken, when there is no room.
    [[nodiscard]] bool take(const ProofSource& from, Time now);
    // It held, or could not be told.
    void give_back(const ProofSource& from);
    // Grows with each take: who has the smallest waited longest for his turn. 0: never had one.
    std::uint64_t last_turn(const ProofSource& from) const;
    std::size_t size() const { return sources_.size(); }

private:
    struct Source {
        Time full_at{};  // when all that it may bring at once is there again
        std::uint64_t turn = 0;
    };
    const ProofLimits::Refuted& limit(const ProofSource& from) const;
    Time full_after(const ProofSource& from, Time now) const;
    void make_room(Time now);

    ProofLimits limits_;
    std::map<ProofSource, Source> sources_;
    std::uint64_t turns_ = 0;
};

}  // namespace catacomb::routing
