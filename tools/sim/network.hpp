// Network: what lies between the simulated hosts. Every ordered pair of hosts has a Path with a latency of
// its own, drawn from the seed; paths can be cut (partition) or held up (clog). It also is where the run is
// seen: the trace hash over every delivery, the byte counts, and a tap that sees what a wire-tapper
// would.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "base/rng.hpp"
#include "crypto/hash.hpp"
#include "routing/endpoint.hpp"
#include "tools/sim/timeline.hpp"

namespace catacomb::sim {

using routing::Endpoint;
// A host is its address; ports do not count.
using Host = ByteArray<16>;

// What the network is like. Durations are one way; chances are per delivery.
struct Conditions {
    Duration latency_min = milliseconds(5), latency_max = milliseconds(80);
    Duration jitter = milliseconds(2);
    std::uint64_t bytes_per_second = 0;     // of each direction of a stream; 0: no limit
    std::size_t in_flight_max = 256 << 10;  // of each direction: written and not yet read
    std::size_t piece_max = 0;  // writes are taken and arrive in pieces of 1..piece_max bytes; 0: whole
    double loss = 0;            // the delivery comes one retransmission later
    double breaks = 0;          // the stream stalls from here on, and is then reset
    Duration worker_delay_max = milliseconds(2);
};

// Of TCP, coarsely: when what was lost is sent again, and after how long a stream or a dial gives up.
inline constexpr Duration kRetransmit = milliseconds(400);
inline constexpr Duration kStreamGivesUp = seconds(60);
inline constexpr Duration kDialGivesUp = seconds(30);

struct Path {
    Duration latency{};
    bool cut = false;
    std::uint64_t bytes_per_second = 0;  // of each stream in this direction; 0: as the conditions say
    Time clogged_until{};
    std::uint64_t bytes = 0;  // written to streams in this direction

    bool passable(Time now) const { return !cut && clogged_until <= now; }
};

// A run of bytes as it enters the wire.
struct WireBytes {
    std::uint64_t connection;
    Endpoint from, to;
    Time at;
    ByteView bytes;
};

enum class TraceKind : std::uint8_t { open, data, end, reset, refused, no_answer, start, crash };

class Network {
public:
    Network(Timeline& timeline, Conditions conditions, const Rng& root);

    Path& path(const Host& from, const Host& to);
    // Nothing passes between a host of `a` and one of `b`, either way, until heal(). Streams stall.
    void partition(std::set<Host> a, std::set<Host> b);
    void heal();
    // Nothing sent from `from` arrives at `to` for this long; then all of it does.
    void clog(const Host& from, const Host& to, Duration length);

    void tap(std::function<void(const WireBytes&)> tap) { tap_ = std::move(tap); }
    void on_wire(const WireBytes& bytes) const {
        if (tap_) tap_(bytes);
    }
    void trace(TraceKind kind, const Endpoint& from, const Endpoint& to, ByteView content = {});
    crypto::Digest trace_hash() const { return trace_.digest(); }

    // Conditions may change while the world runs.
    Conditions conditions;
    // Of everything that happens on the wire; the order of events is the order of draws.
    Rng& rng() { return *rng_; }
    Timeline& timeline() { return timeline_; }
    std::uint64_t next_connection() { return ++connections_; }

private:
    struct Cut {
        std::set<Host> a, b;
        bool between(const Host& from, const Host& to) const;
    };

    Timeline& timeline_;
    std::unique_ptr<Rng> rng_, latencies_;
    std::map<std::pair<Host, Host>, Path> paths_;
    std::vector<Cut> cuts_;
    std::function<void(const WireBytes&)> tap_;
    crypto::Hasher trace_;
    std::uint64_t connections_ = 0;
};

}  // namespace catacomb::sim
