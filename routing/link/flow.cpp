#include "routing/link/flow.hpp"

#include "routing/link/links.hpp"

namespace catacomb::routing {

Flow::Flow(std::shared_ptr<Link> link, std::uint32_t channel, FrameKind kind,
           std::optional<std::size_t> window)
    : link_(std::move(link)), channel_(channel), kind_(kind) {
    if (window) credit_.emplace(*window);
}

Flow::~Flow() {
    if (listed_) link_->delist(*this);
    link_->links_.holdings().release_all(*this);
    for (auto& queued : queue_) link_->links_.pool_.put(std::move(queued.frame));
}

void Flow::push(std::uint8_t mark, ByteView payload) {
    if (link_->is_closed()) return;
    if (queue_.empty() && has_credit() && link_->push_now(*this, mark, payload)) return;
    auto frame = link_->links_.pool_.get();
    encode_frame(frame->bytes, channel_, kind_, 0, payload);
    queue_.push_back({std::move(frame), mark});
    link_->links_.holdings().hold(*this, kFrameSize);
    if (has_credit()) link_->enlist(*this);
}

void Flow::cut_off() {
    const auto owner = on_cut_off;  // it destroys this flow
    owner();
}

bool Flow::add_credit(std::size_t cells) {
    if (!credit_ || !credit_->on_credit(cells)) return false;
    if (may_leave()) link_->enlist(*this);
    return true;
}

void Flow::left(std::uint8_t mark) {
    if (credit_) credit_->on_sent();
    if (on_left) on_left(mark);
}

}  // namespace catacomb::routing
