// Flow: what waits to leave over one link for one circuit direction, or one RPC body. Frames of a flow keep
// their order; flows of a link share it round robin. A circuit's flow moves only while it has credit, so
// whatever a relay holds for a circuit was granted by it (docs/spec/onion.md 6). Owned by the circuit; the
// link knows it while it has frames.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "routing/holdings.hpp"
#include "routing/link/frame.hpp"
#include "routing/onion/credit.hpp"

namespace catacomb::routing {

class Link;

// The text of one frame, sealed only when it leaves: nonces follow the order on the wire.
struct FrameText {
    ByteArray<kFrameText> bytes;
};

// Frames come and go thousands of times a second; they are reused instead of freed. Keeps at most kSpare.
class FramePool {
public:
    using Ptr = std::unique_ptr<FrameText>;
    Ptr get() {
        if (spare_.empty())
            return Ptr(new FrameText);  // not value-initialised: encode_frame writes every byte
        auto out = std::move(spare_.back());
        spare_.pop_back();
        return out;
    }
    void put(Ptr frame) {
        if (spare_.size() < kSpare) spare_.push_back(std::move(frame));
    }

private:
    static constexpr std::size_t kSpare = 1024;  // 4 MiB
    std::vector<Ptr> spare_;
};

class Flow final : private Holder {
public:
    // `window`: credits the neighbour granted at the start; none: the flow needs no credit.
    Flow(std::shared_ptr<Link> link, std::uint32_t channel, FrameKind kind,
         std::optional<std::size_t> window);
    ~Flow() override;

    // Queues one frame (or lets it leave at once when nothing is before it).
    // `mark` comes back in on_left and is not sent.
    void push(std::uint8_t mark, ByteView payload);
    // The neighbour returned credit. False when it is more than was spent: the neighbour lies.
    [[nodiscard]] bool add_credit(std::size_t cells);
    std::size_t queued() const { return queue_.size(); }
    bool may_leave() const { return !queue_.empty() && has_credit(); }
    Link& link() const { return *link_; }
    std::uint32_t channel() const { return channel_; }

    // Called with its mark when a frame has left the node; possibly from inside push(). Must not destroy the
    // flow.
    std::function<void(std::uint8_t mark)> on_left;
    // The node needs the memory: whoever owns the flow destroys it.
    std::function<void()> on_cut_off;

private:
    friend class Link;
    void cut_off() override;
    bool has_credit() const { return !credit_ || credit_->may_send(); }
    void left(std::uint8_t mark);
    struct Queued {
        FramePool::Ptr frame;
        std::uint8_t mark;
    };

    std::shared_ptr<Link> link_;
    std::uint32_t channel_;
    FrameKind kind_;
    std::optional<CreditSender> credit_;
    std::deque<Queued> queue_;
    bool listed_ = false;     // in the link's round
    bool transient_ = false;  // owned by the link, gone when empty
};

}  // namespace catacomb::routing
