// Links: all connections of one node. Listens, dials (Dials), keeps one link per relay and reuses it,
// enforces the limits, and owns what links share: the read buffer, the frame pool and the round of flushes.
// One per node; everything on the runtime's executor.
#pragma once

#include <map>
#include <set>

#include "routing/descriptor.hpp"
#include "routing/gate.hpp"
#include "routing/link/clock_voices.hpp"
#include "routing/link/dials.hpp"
#include "routing/link/limits.hpp"
#include "routing/link/link.hpp"
#include "routing/link/sources.hpp"
#include "routing/membership/introducer.hpp"
#include "routing/network.hpp"
#include "routing/proofs/proof_checker.hpp"

namespace catacomb::routing {

struct LinksConfig {
    NetworkParameters network;
    crypto::AgreeKeyPair link_key;          // the descriptor's link key; a fresh one per run for a client
    std::function<Bytes()> own_descriptor;  // encoded; empty for a client
    LinkLimits limits;
};

class Links final : public Introducer {
public:
    // `proofs` outlives the links.
    Links(Runtime& runtime, ProofChecker& proofs, LinksConfig config);
    ~Links() override;

    // What handshakes show from now on, instead of the configuration's.
    void show(std::function<Bytes()> descriptor) { config_.own_descriptor = std::move(descriptor); }

    // Relays listen; clients and vaults never do.
    Result<> listen(Endpoint at);
    std::optional<Endpoint> listening_at() const;

    // The open link to that relay, or a new one. Its link key must be the descriptor's.
    Task<Result<std::shared_ptr<Link>>> to(std::shared_ptr<const Descriptor> peer, Time deadline);
    // Dials an address of which nothing else is known and returns the relay's descriptor.
    Task<Result<std::shared_ptr<const Descriptor>>> introduce(Endpoint at, Time deadline) override;

    // verify_descriptor for what others bring us, and the work that it shows: when that is new to us, `done`
    // is called later; otherwise from inside this call. Code::limit when too much waits to be checked, or too
    // much that `from` brought did not hold.
    using Lane = ProofChecker::Lane;
    void verify(Lane lane, const ProofSource& from, std::shared_ptr<const Descriptor> parsed,
                std::function<void(Result<>)> done);

    void set_circuit_handler(FrameHandler* handler) { circuits_ = handler; }
    void set_rpc_handler(FrameHandler* handler) { rpc_ = handler; }
    // Every verified descriptor that a link's handshake brought.
    void on_descriptor(std::function<void(std::shared_ptr<const Descriptor>)> handler) {
        descriptor_ = std::move(handler);
    }

    // Closes links without circuits that nobody used for the idle limit, and those whose other end is gone.
    // Called every few seconds by the node.
    void look_after(Time now);
    void close_all();
    // Waits for the dialling to end. After the runtime closed.
    Task<void> drained() { return dials_.drained(); }
    std::size_t count() const { return links_.size(); }
    Sources& sources() { return sources_; }
    // What waits to leave by the links, and what circuits hold unread.
    Holdings& holdings() { return out_.holdings; }
    std::vector<std::shared_ptr<Link>> all() const;
    Runtime& runtime() { return runtime_; }
    const LinkLimits& limits() const { return config_.limits; }
    const NetworkParameters& network() const { return config_.network; }
    // By which the other ends of our links know us.
    const crypto::AgreePublic& link_key() const { return config_.link_key.public_key; }

    // What those whom we dialled say of our clock.
    const ClockVoices& clock() const { return clock_; }

    // Counters for status and tests.
    struct Counters {
        std::uint64_t frames_in = 0, writes = 0, reads = 0, refused = 0, broken = 0;
    };
    Counters counters;
    std::uint64_t frames_out() const { return out_.frames_out; }

private:
    friend class Link;
    void accepted(StreamPtr stream);
    std::shared_ptr<Link> make_link(StreamPtr stream, bool initiator);
    Bytes greeting() const;
    static bool is_of_use(const Link& link);
    void opened(Link& link);
    void closed(Link& link);
    void dispatch(Link& link, const FrameView& frame, MutableBytes payload);
    void report(const Link& link, const FrameView& frame, ByteView payload);
    void make_room_soon();
    void mark_dirty(Link& link);
    void flush_dirty();

    Runtime& runtime_;
    ProofChecker& proofs_;
    LinksConfig config_;
    std::unique_ptr<Rng> rng_;
    ListenerPtr listener_;
    FrameHandler* circuits_ = nullptr;
    FrameHandler* rpc_ = nullptr;
    std::function<void(std::shared_ptr<const Descriptor>)> descriptor_;

    std::map<std::uint64_t, std::shared_ptr<Link>> links_;  // by number, every link that is not closed
    std::map<NodeId, std::weak_ptr<Link>> by_relay_;        // the link that to() reuses
    Dials dials_;
    Sources sources_;  // of accepted links
    std::uint64_t next_number_ = 1;

    OutShared out_;
    Bytes read_buffer_;
    std::vector<std::shared_ptr<Link>> dirty_;
    bool flush_posted_ = false;
    bool in_batch_ = false;
    ClockVoices clock_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // posted work asks whether we still are
};

}  // namespace catacomb::routing
