// Ring: this relay's membership of the ring, kept by coroutines over the pure machines in this folder (Chord,
// in Zave's corrected form; docs/spec/ring.md). Stabilises every 5 s, every 0.5 s while young or lately
// changed; serves ring_state, ring_notify, ring_find and ping; looks up owners. Relays only: a client has a
// view and no place on the ring. One thread.
#pragma once

#include "routing/membership/gossip.hpp"
#include "routing/ring/finder.hpp"
#include "routing/ring/fingers.hpp"
#include "routing/ring/messages.hpp"
#include "routing/ring/pace.hpp"
#include "routing/ring/stabilize.hpp"
#include "routing/ring/table.hpp"

namespace catacomb::routing {

class Ring {
public:
    struct Parts {
        Runtime& runtime;
        View& view;
        Intake& intake;
        Gossip& gossip;
        RpcCaller& caller;
        RpcServer& server;
        OwnDescriptor& own;
    };
    explicit Ring(Parts parts);

    void start();
    // Waits for the tasks to end, after the runtime closed.
    Task<void> drained();

    bool joined() const { return joined_; }
    // Joined, and the successor list holds min(r, relays known - 1).
    bool complete() const;
    const Table& table() const { return table_; }

    // The live relay that owns `target`: the first at or after it. `paths` disjoint paths make it harder to
    // lie (docs/spec/ring.md 4). Code::timed_out, Code::unreachable; Code::busy while we are no member yet.
    Task<Result<DescriptorPtr>> find_successor(RingId target, Time deadline, unsigned paths = 1);
    // The owner and those that follow it, as the owner knows them; fewer than `count` in a small ring.
    Task<Result<std::vector<DescriptorPtr>>> find_successors(RingId target, std::size_t count, Time deadline,
                                                             unsigned paths = 1);

private:
    Task<void> run();
    Task<void> join();
    Task<bool> try_join();
    Task<void> stabilize();
    Task<void> fill(DescriptorPtr missing);
    Task<void> rectify(DescriptorPtr notifier);
    Task<void> notify(DescriptorPtr successor);
    Task<void> fix_finger();
    Task<std::optional<Duration>> round_trip(DescriptorPtr relay);
    // What a peer says of itself; nullopt when it cannot be reached or we are closing.
    Task<std::optional<RingState>> query_state(DescriptorPtr peer);

    void serve(Method method, Task<Result<Bytes>> (Ring::*handler)(RpcPeer, Bytes));
    Task<Result<Bytes>> serve_state(RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_notify(RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_find(RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_ping(RpcPeer from, Bytes body);

    Candidates candidates() const;
    bool may_found(const Candidates& known) const;
    void refresh();

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    Table table_;
    FingerTurns finger_turns_;
    Finder finder_;
    TaskSet tasks_;
    bool joined_ = false;
    bool querying_ = false;  // between a query that may change our list and its answer: "busy"
    bool rectifying_ = false;
    Pace pace_;
};

}  // namespace catacomb::routing
