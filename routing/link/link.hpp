// Link: one encrypted connection between two nodes (docs/spec/link.md). Reads into a buffer shared by all
// links, opens all complete frames in place and hands them on in plain functions; what leaves waits in its
// Outbox, and many frames are written per system call. No coroutine, no timer per frame: a batch ends when
// the read is drained. Owned by Links; circuits hold it by shared_ptr, and learn of its end through
// FrameHandler::on_link_closed.
#pragma once

#include "routing/link/outbox.hpp"
#include "routing/link/pulse.hpp"
#include "routing/runtime.hpp"

namespace catacomb::routing {

struct Descriptor;
class Link;
class Links;

// Who takes the frames of a kind. on_frame may change `payload` in place, and may close the link.
class FrameHandler {
public:
    virtual ~FrameHandler() = default;
    virtual void on_frame(Link& link, const FrameView& frame, MutableBytes payload) = 0;
    virtual void on_link_closed(Link& link) = 0;
};

class Link final : public std::enable_shared_from_this<Link> {
public:
    Link(Links& links, StreamPtr stream, LinkHandshake handshake, std::uint64_t number, bool initiator);
    ~Link();

    void start();
    // Drops what is queued, closes the stream and tells the handlers. Idempotent.
    void close();

    bool is_open() const { return state_ == State::open; }
    bool is_closed() const { return state_ == State::closed; }
    bool initiator() const { return initiator_; }
    std::uint64_t number() const { return number_; }
    // The relay at the other end, once open; null for a client.
    const std::shared_ptr<const Descriptor>& relay() const { return relay_; }
    const crypto::AgreePublic& remote_static() const { return remote_static_; }
    Endpoint remote() const { return remote_; }
    Time last_heard() const { return last_heard_; }
    // Why we closed it, when that was for what the peer showed.
    const std::optional<Error>& refusal() const { return refusal_; }

    // A small frame, ahead of all flows. Closes the link when more than the maximum wait (the peer does not
    // read).
    void send_control(FrameKind kind, std::uint32_t channel, std::uint8_t flags, ByteView payload);
    // A body of any length, as a flow of its own. False when more than the maximum would wait.
    [[nodiscard]] bool send_body(FrameKind kind, std::uint32_t channel, Outbox::BodyFlags flags,
                                 ByteView body) {
        return outbox_.push_body(kind, channel, flags, body);
    }
    // The peer asks and does not read. Not at once: we may be deep inside a circuit that closing would
    // destroy.
    void close_soon();
    // The number of our next request by it.
    std::uint32_t fresh_request() { return ++requests_; }
    // What of that body has not left is not sent. True when nothing of it was.
    bool drop_body(FrameKind kind, std::uint32_t channel) { return outbox_.drop_body(kind, channel); }
    // A channel id that this end has not used on this link; the two ends never pick the same. Code::limit
    // when all are used up.
    Result<std::uint32_t> fresh_channel();
    bool has_channels() const;
    Outbox& outbox() { return outbox_; }
    const Outbox& outbox() const { return outbox_; }
    // Seals and writes what waits. Called by Links at the end of a batch.
    void flush();
    // Called by Links now and then: asks whether the other end still lives, and closes when it does not.
    void look_after(Time now);
    void answer_probe() { send_quietly(FrameKind::alive); }

    std::size_t circuits = 0;  // kept by Circuits, under LinkLimits::circuits

private:
    friend class Links;
    // verifying: the handshake is over, and nothing is read until the peer's descriptor is found to hold.
    enum class State { handshaking, verifying, open, closed };

    bool may_read() const { return state_ == State::handshaking || state_ == State::open; }
    void on_readable();
    bool read_batch();
    void take_frames(MutableBytes bytes);
    void take_frame(MutableBytes frame);
    void continue_handshake(ByteView frame);
    void meet_peer();
    void refuse(Error why);
    void become_open();

    bool write_out();
    void want_flush();
    void send_quietly(FrameKind kind);

    Links& links_;
    StreamPtr stream_;
    std::optional<LinkHandshake> handshake_;
    std::optional<FrameCipher> cipher_;
    std::uint64_t number_;
    bool initiator_;
    State state_ = State::handshaking;
    std::shared_ptr<const Descriptor> relay_;
    crypto::AgreePublic remote_static_;
    Endpoint remote_;
    Time last_heard_{};
    std::optional<Error> refusal_;
    std::uint32_t channels_used_ = 0, requests_ = 0;
    Pulse pulse_;
    bool quiet_ = false;  // what is sent now asks for no sign of life

    Bytes partial_;        // less than one frame, between reads
    bool paused_ = false;  // reading, until the peer is verified
    Outbox outbox_;
    bool blocked_ = false;  // waiting for the stream to take more
    bool dirty_ = false;    // Links will flush us
};

}  // namespace catacomb::routing
