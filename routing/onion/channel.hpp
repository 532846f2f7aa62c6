// Channel: one circuit's end on one link: its id there, the flow of cells that leave by it, and the credits
// in both directions (docs/spec/link.md 2). Circuits finds it by (link, id) and hands it the link's frames;
// the circuit that owns it is its user. Destroying it sends DESTROY, unless the peer did.
#pragma once

#include "routing/link/credit.hpp"
#include "routing/link/link.hpp"

namespace catacomb::routing {

class Channel;
class Circuits;

class ChannelUser {
public:
    virtual ~ChannelUser() = default;
    // A cell came; `cell` may be changed in place. Exactly one consumed() must follow, now or when it left.
    virtual void on_cell(Channel& channel, MutableBytes cell) = 0;
    virtual void on_created(Channel& channel, ByteView handshake) = 0;
    // A cell that send_cell() took has left the node.
    virtual void on_cell_left(Channel& channel, bool relayed) = 0;
    // The channel is dead: DESTROY came, the link broke, or the peer broke the rules. Drop it.
    virtual void on_channel_dead(Channel& channel) = 0;
};

class Channel {
public:
    Channel(Circuits& circuits, std::shared_ptr<Link> link, std::uint32_t id, FrameKind outgoing,
            ChannelUser& user);
    ~Channel();

    void send_create(ByteView handshake) { link().send_control(FrameKind::create, id(), 0, handshake); }
    void send_created(ByteView handshake) { link().send_control(FrameKind::created, id(), 0, handshake); }
    // Requires: a whole cell. `relayed`: it came from our other channel, and its credit goes back when it
    // leaves.
    void send_cell(ByteView cell, bool relayed) { flow_.push(relayed ? kRelayed : 0, cell); }
    std::size_t queued() const { return flow_.queued(); }
    // A cell that came by this channel has left or was used up: its credit goes back, in batches.
    void consumed();

    Link& link() const { return *link_; }
    std::uint32_t id() const { return flow_.channel(); }
    // For the tap.
    std::uint64_t handle() const { return link().number() << 32 | id(); }

    // From Circuits.
    void on_frame(const FrameView& frame, MutableBytes payload);
    void on_link_closed();

    static constexpr std::uint8_t kRelayed = 1;

private:
    void die();

    Circuits& circuits_;
    ChannelUser& user_;
    std::shared_ptr<Link> link_;
    Flow flow_;
    FrameKind incoming_;
    CreditReceiver received_;
    bool peer_knows_dead_ = false;
};

}  // namespace catacomb::routing
