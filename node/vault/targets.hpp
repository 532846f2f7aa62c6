// Targets: at which relays a vault is registered, or wants to be: those that follow its id on the ring. A
// relay that cannot be reached is passed over for a while, as exits pass it over that look for the vault's
// blocks; one that is no longer among them keeps its registration until the new ones stand. Pure: what the
// view says and what became of registrations goes in, what to begin and to end comes out.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "routing/backoff.hpp"
#include "routing/identity.hpp"

namespace catacomb::node {

class Targets {
public:
    explicit Targets(std::size_t places) : places_(places) {}

    // How many of the relays that follow choose() wants to see.
    std::size_t sight() const { return places_ + away_until_.size(); }
    struct Change {
        std::vector<routing::NodeId> begin, end;
    };
    // `following`: the next relay first.
    Change choose(const std::vector<routing::NodeId>& following, Time now);

    // A registration stands; one that stood has ended; one could not be had. Of a relay that is no target any
    // longer nothing is noted.
    void stands(const routing::NodeId& relay, Time now);
    void ended(const routing::NodeId& relay, Time now);
    void failed(const routing::NodeId& relay, Time now);
    bool wants(const routing::NodeId& relay) const { return targets_.count(relay) > 0; }
    // How long to wait before the next try there, after one that failed or has ended; twice as long each time
    // until one stands for a while. Nothing: it is no target any longer.
    std::optional<Duration> pause(const routing::NodeId& relay, Rng& rng);
    // Registrations that ended soon after they stood, one after the other: another vault with our key takes
    // them over, or a relay plays with us.
    unsigned short_lived(const routing::NodeId& relay) const;
    // Of how many blocks a relay lets us tell it; 0: it did not say.
    void told_share(const routing::NodeId& relay, std::uint64_t blocks);
    // How many blocks we may have, so that those who serve us know of all: the second smallest of what they
    // said, for a single one who names little shall not stop us. All that there can be while fewer said
    // anything.
    std::uint64_t share() const;
    static constexpr auto kNoShare = std::numeric_limits<std::uint64_t>::max();

    std::size_t wanted() const { return targets_.size(); }
    std::size_t standing() const;
    bool settled() const { return wanted() > 0 && standing() == wanted(); }

private:
    static constexpr Duration kFirstPause = milliseconds(100), kLongestPause = seconds(10);
    struct Target {
        bool stands = false;
        Time since{};
        unsigned failures = 0, short_lived = 0;  // in a row
        std::uint64_t share = kNoShare;
        routing::Backoff backoff{kFirstPause, kLongestPause};
    };
    Target* find(const routing::NodeId& relay);

    std::size_t places_;
    std::map<routing::NodeId, Target> targets_;
    std::map<routing::NodeId, Time> away_until_;
};

}  // namespace catacomb::node
