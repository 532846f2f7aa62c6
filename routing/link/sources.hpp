// Sources: where the links come from that we accept, and how much work each source may cause
// (docs/spec/link.md 4). A source is a network prefix: the /24 of IPv4, the /64 of IPv6, of which one party
// has all addresses. Places are counted per address and per source. Handshakes and CREATEs have a bucket per
// source that outlives its links: whoever comes back finds what he left. Pure: `now` comes in.
#pragma once

#include <map>
#include <set>

#include "routing/endpoint.hpp"
#include "routing/link/limits.hpp"

namespace catacomb::routing {

// The address with what does not count set to zero.
using Source = ByteArray<16>;

// One bucket per source, of which a bounded number is kept: those that are full again are as good as new and
// are forgotten. When none is, sources that are not known share one bucket.
class SourceRates {
public:
    // Requires: what TokenBucket does, and most > 0.
    SourceRates(unsigned per_second, unsigned burst, std::size_t most);
    [[nodiscard]] bool take(const Source& source, Time now);
    void forget(Source source);
    std::size_t remembered() const { return buckets_.size(); }

private:
    TokenBucket& bucket_of(const Source& source, Time now);

    const TokenBucket fresh_;
    TokenBucket shared_;
    std::size_t most_;
    std::map<Source, TokenBucket> buckets_;
    std::set<std::pair<Time, Source>> full_at_;  // of each of them
};

class Sources {
public:
    // `special_apart`: loopback and private addresses are each a source of their own. So they are where they
    // are allowed: on a testnet a /24 of them may be all of the network.
    Sources(const LinkLimits& limits, bool special_apart);

    // Whether a connection from there is taken. It then has a place until left(), and its handshake is paid.
    [[nodiscard]] bool admit(const Endpoint& from, Time now);
    void left(const Endpoint& from);
    // Whether a CREATE that came over a link to there is worth an answer.
    [[nodiscard]] bool may_create(const Endpoint& from, Time now);

    Source source_of(const Endpoint& from) const;
    // Links that have a place.
    std::size_t accepted() const { return accepted_; }
    // Buckets of the rate that has more of them.
    std::size_t remembered() const;

private:
    LinkLimits limits_;
    bool special_apart_;
    std::map<ByteArray<16>, std::size_t> by_address_;
    std::map<Source, std::size_t> by_source_;
    std::size_t accepted_ = 0;
    SourceRates handshakes_, creates_;
};

}  // namespace catacomb::routing
