// Outbox: what waits to leave by one link, and in which order: control frames first, then flows in turn, four
// frames each. It seals what leaves into one contiguous buffer, so that the link writes many frames per
// system call. Flow: what waits for one circuit direction, or one RPC body; frames of a flow keep their
// order, and a circuit's flow moves only while it has credit, so whatever a relay holds for a circuit was
// granted by it (docs/spec/onion.md 6). Pure: the link that owns it writes what is ready.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "routing/holdings.hpp"
#include "routing/link/credit.hpp"
#include "routing/link/handshake.hpp"
#include "routing/link/limits.hpp"

namespace catacomb::routing {

// The text of one frame, sealed only when it leaves: nonces follow the order on the wire.
struct FrameText {
    ByteArray<kFrameText> bytes;
};

// Frames come and go thousands of times a second; they are reused instead of freed. Keeps at most kSpare.
class FramePool {
public:
    using Ptr = std::unique_ptr<FrameText>;
    Ptr get();
    void put(Ptr frame);

private:
    static constexpr std::size_t kSpare = 1024;  // 4 MiB
    std::vector<Ptr> spare_;
};

// Sealed frames on their way into the stream: [begin, end) is not yet taken.
struct OutBuffer {
    static constexpr std::size_t kCapacity = 32 * kFrameSize;  // 128 KiB per write at most
    ByteArray<kCapacity> bytes;
    std::size_t begin = 0, end = 0;
};

// What the outboxes of one node share.
struct OutShared {
    OutShared(std::size_t transit_bytes, std::function<void()> over)
        : holdings(transit_bytes, std::move(over)) {}

    FramePool pool;
    Holdings holdings;
    std::vector<std::unique_ptr<OutBuffer>> spare;
    std::uint64_t frames_out = 0;
};

class Outbox;

// Owned by whoever sends by it; the outbox knows it while it has frames, and outlives it.
class Flow final : private Holder {
public:
    // `credit`: what the neighbour granted; none: the flow needs no credit.
    Flow(Outbox& outbox, std::uint32_t channel, FrameKind kind, std::optional<CreditSender> credit);
    ~Flow() override;

    // Queues one frame (or lets it leave at once when nothing is before it).
    // `mark` comes back in on_left and is not sent.
    void push(std::uint8_t mark, ByteView payload);
    // The neighbour returned credit. False when it is more than it may grant: the neighbour lies.
    [[nodiscard]] bool add_credit(std::size_t cells);
    std::size_t queued() const { return queue_.size(); }
    std::uint32_t channel() const { return channel_; }

    // Called with its mark when a frame has left the node; possibly from inside push(). Must not destroy the
    // flow.
    std::function<void(std::uint8_t mark)> on_left;
    // The node needs the memory: whoever owns the flow destroys it.
    std::function<void()> on_cut_off;

private:
    friend class Outbox;
    void cut_off() override;
    bool has_credit() const { return !credit_ || credit_->may_send(); }
    bool may_leave() const { return !queue_.empty() && has_credit(); }
    void left(std::uint8_t mark);
    struct Queued {
        FramePool::Ptr frame;
        std::uint8_t mark;
    };

    Outbox& outbox_;
    std::uint32_t channel_;
    FrameKind kind_;
    std::optional<CreditSender> credit_;
    std::deque<Queued> queue_;
    bool listed_ = false;     // in the outbox's round
    bool transient_ = false;  // a body: owned by the outbox, gone when empty
    bool begun_ = false;      // of a body: some of it has left
};

class Outbox final : private Holder {
public:
    // `wake`: something may leave now; called often. `cut_off`: the node needs the memory; clear() must
    // follow.
    Outbox(OutShared& shared, const LinkLimits& limits, std::function<void()> wake,
           std::function<void()> cut_off);
    ~Outbox() override { clear(); }

    // A frame of the handshake, as it is.
    void put_handshake(ByteView frame);
    // The handshake is over: from here on frames are taken, and sealed by `cipher`.
    void begin(FrameCipher& cipher) { cipher_ = &cipher; }
    // A small frame, ahead of all flows. False when the maximum waits; a destroy has room for all circuits.
    [[nodiscard]] bool push_control(FrameKind kind, std::uint32_t channel, std::uint8_t flags,
                                    ByteView payload);
    // Which flags a body's first part, its last and all of them carry.
    struct BodyFlags {
        std::uint8_t first = 0, last = 0, all = 0;
    };
    // A body of any length as parts of kFramePayload, as a flow of its own. False when the maximum would wait
    // (LinkLimits::body_frames; of short answers, as many more as requests may be outstanding).
    [[nodiscard]] bool push_body(FrameKind kind, std::uint32_t channel, BodyFlags flags, ByteView body);
    // Drops what of such a body has not left. True when nothing of it ever did.
    bool drop_body(FrameKind kind, std::uint32_t channel);

    // Seals what may leave, as far as the buffer has room.
    void fill();
    // Sealed and not yet taken; the rest after taken().
    ByteView ready() const;
    void taken(std::size_t bytes);
    // Drops all that waits, for good.
    void clear();

    // Frames that wait to leave, beside those of circuits.
    std::size_t control_waiting() const { return control_.size(); }
    std::size_t bodies_waiting() const { return body_frames_; }

private:
    friend class Flow;
    bool takes_frames() const { return cipher_ != nullptr && !cleared_; }
    bool has_room() const { return !out_ || out_->end + kFrameSize <= OutBuffer::kCapacity; }
    MutableBytes next_out();
    bool push_now(Flow& flow, std::uint8_t mark, ByteView payload);
    void enlist(Flow& flow);
    void delist(Flow& flow);
    void seal(const FrameText& text);
    void fill_from(Flow& flow);
    void drop_control();
    void drop_out();
    void cut_off() override { on_cut_off_(); }

    OutShared& shared_;
    const LinkLimits& limits_;
    std::function<void()> wake_, on_cut_off_;
    FrameCipher* cipher_ = nullptr;
    bool cleared_ = false;
    std::unique_ptr<OutBuffer> out_;
    std::deque<FramePool::Ptr> control_;
    std::deque<Flow*> round_;  // flows that may have something to send, in turn
    std::list<std::unique_ptr<Flow>> bodies_;
    std::size_t body_frames_ = 0;  // in bodies_
};

}  // namespace catacomb::routing
