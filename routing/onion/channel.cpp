#include "routing/onion/channel.hpp"

#include "base/codec.hpp"
#include "routing/onion/circuits.hpp"

namespace catacomb::routing {

Channel::Channel(Circuits& circuits, std::shared_ptr<Link> link, std::uint32_t id, FrameKind outgoing,
                 ChannelUser& user)
    : circuits_(circuits),
      user_(user),
      link_(std::move(link)),
      flow_(link_->outbox(), id, outgoing,
            CreditSender(circuits.limits().window_cells, circuits.limits().largest_window)),
      incoming_(outgoing == FrameKind::cell_forward ? FrameKind::cell_backward : FrameKind::cell_forward),
      received_(circuits.windows(), circuits.limits().window_cells, circuits.limits().largest_window) {
    flow_.on_left = [this](std::uint8_t flags) { user_.on_cell_left(*this, flags & kRelayed); };
    flow_.on_cut_off = [this] { die(); };
    circuits_.add(*this);
}

Channel::~Channel() {
    circuits_.remove(*this);
    if (!peer_knows_dead_) link().send_control(FrameKind::destroy, id(), 0, {});
}

void Channel::consumed() {
    circuits_.windows();  // which looks at how much waits in the node
    const auto credits = received_.on_left();
    if (credits == 0) return;
    ByteArray<2> count;
    store_le(count, credits);
    link().send_control(FrameKind::credit, id(), 0, count);
}

void Channel::on_frame(const FrameView& frame, MutableBytes payload) {
    switch (frame.kind) {
        case FrameKind::cell_forward:
        case FrameKind::cell_backward:
            // More than was granted, or a cell in the wrong direction.
            if (frame.kind != incoming_ || !received_.on_arrival()) return die();
            return user_.on_cell(*this, payload);
        case FrameKind::created:
            return user_.on_created(*this, payload);
        case FrameKind::credit:
            if (payload.size() != 2 || !flow_.add_credit(load_le(payload))) die();
            return;
        case FrameKind::destroy:
            peer_knows_dead_ = true;
            return die();
        default:
            return die();
    }
}

void Channel::on_link_closed() {
    peer_knows_dead_ = true;
    die();
}

void Channel::die() { user_.on_channel_dead(*this); }

}  // namespace catacomb::routing
