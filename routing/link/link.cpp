#include "routing/link/link.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "routing/link/greeting.hpp"
#include "routing/link/links.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kReadsPerTurn = 4;  // then the other links have their turn

// A wrong clock looks like a descriptor that does not hold.
Error with_clock(const Error& refusal, Duration ahead) {
    const bool agrees = ahead <= ClockVoices::kTolerated && -ahead <= ClockVoices::kTolerated;
    if (agrees || !refusal.is(Code::refused)) return refusal;
    return error(refusal.code, concat(refusal.message, " (its clock is ", in_words(ahead),
                                      ahead > Duration{} ? " ahead of ours)" : " behind ours)"));
}
}  // namespace

Link::Link(Links& links, StreamPtr stream, LinkHandshake handshake, std::uint64_t number, bool initiator)
    : links_(links),
      stream_(std::move(stream)),
      handshake_(std::move(handshake)),
      number_(number),
      initiator_(initiator),
      remote_(stream_->remote()),
      last_heard_(links.runtime().now()),
      outbox_(
          links.out_, links.limits(), [this] { want_flush(); }, [this] { close(); }) {}

Link::~Link() = default;

void Link::start() {
    if (initiator_) {
        outbox_.put_handshake(handshake_->start());
    }
    stream_->when_readable([this] { on_readable(); });
}

void Link::close() {
    if (state_ == State::closed) return;
    auto self = shared_from_this();
    state_ = State::closed;
    stream_->close();
    outbox_.clear();
    links_.closed(*this);
}

// ---- reading

void Link::on_readable() {
    auto self = shared_from_this();  // a handler may close us
    links_.in_batch_ = true;
    bool drained = false;
    for (std::size_t i = 0; i < kReadsPerTurn && !drained && may_read(); ++i) drained = read_batch();
    links_.in_batch_ = false;
    links_.flush_dirty();
    paused_ = state_ == State::verifying;
    if (may_read()) stream_->when_readable([this] { on_readable(); });
}

// True when nothing more is to be had now.
bool Link::read_batch() {
    auto& buffer = links_.read_buffer_;
    const auto held = partial_.size();
    copy(buffer, partial_);
    // One frame of a handshake at a time: what follows it stays in the kernel while we look at the peer.
    const auto limit = state_ == State::handshaking ? kFrameSize : buffer.size();
    auto got = stream_->read_some(MutableBytes(buffer).first(limit).subspan(held));
    if (!got) {
        if (!got.error().is(Code::busy)) close();
        return true;
    }
    ++links_.counters.reads;
    last_heard_ = links_.runtime().now();
    pulse_.heard();
    take_frames(MutableBytes(buffer).first(held + *got));
    return held + *got < limit;
}

void Link::take_frames(MutableBytes bytes) {
    while (bytes.size() >= kFrameSize && may_read()) {
        take_frame(bytes.first(kFrameSize));
        bytes = bytes.subspan(kFrameSize);
    }
    partial_.assign(bytes.begin(), bytes.end());
}

// Anything that is not a sealed, well-formed frame of this link ends the link without a word.
void Link::take_frame(MutableBytes frame) {
    if (state_ == State::handshaking) return continue_handshake(frame);
    if (!cipher_->open(frame)) {
        ++links_.counters.broken;
        return close();
    }
    auto decoded = decode_frame(frame.first(kFrameText));
    if (!decoded) {
        ++links_.counters.broken;
        return close();
    }
    ++links_.counters.frames_in;
    links_.dispatch(*this, *decoded, frame.subspan(kFrameHeader, decoded->payload.size()));
}

void Link::continue_handshake(ByteView frame) {
    auto reply = handshake_->consume(frame);
    // Network and version go into all keys: what answers us in a way that opens with none of ours is most
    // likely of another.
    if (!reply && initiator_)
        return refuse(
            error(Code::refused, "it is of another version of this program, or of another network"));
    if (!reply) return refuse(reply.error());
    if (*reply) outbox_.put_handshake(**reply);
    if (handshake_->finished()) meet_peer();
}

// A descriptor of somebody else's, or one that does not hold: no link.
void Link::meet_peer() {
    remote_static_ = handshake_->remote_static();
    auto greeting = decode_greeting(handshake_->remote_payload());
    if (!greeting) return refuse(greeting.error());
    if (greeting->descriptor.empty()) return become_open();
    // Of strangers that come to us we believe no clock.
    const auto now = links_.runtime().now();
    if (initiator_) links_.clock_.hear(remote_.network_prefix(), greeting->clock, now);
    auto parsed = parse_descriptor(greeting->descriptor, links_.network());
    if (!parsed) return refuse(parsed.error());
    if (parsed->link_key != remote_static_)
        return refuse(error(Code::refused, "the relay shows another's descriptor"));
    const auto relay = std::make_shared<const Descriptor>(std::move(*parsed));
    state_ = State::verifying;
    const auto from = ProofSource::host(remote_);
    links_.verify(Links::Lane::links, from, relay,
                  [relay, ahead = greeting->clock - now, weak = weak_from_this()](Result<> holds) {
                      const auto self = weak.lock();
                      if (!self || self->state_ != State::verifying) return;
                      if (!holds) return self->refuse(with_clock(holds.error(), ahead));
                      self->relay_ = relay;
                      self->become_open();
                      if (std::exchange(self->paused_, false)) self->on_readable();
                  });
}

void Link::refuse(Error why) {
    refusal_ = std::move(why);
    ++links_.counters.broken;
    close();
}

void Link::become_open() {
    cipher_.emplace(handshake_->frame_cipher());
    outbox_.begin(*cipher_);
    handshake_.reset();
    state_ = State::open;
    if (auto* tap = links_.runtime().tap()) {
        tap->saw({Handle::Kind::link, number_}, view(remote_.text()));
        tap->saw({Handle::Kind::link, number_}, remote_static_);
        if (relay_) tap->saw({Handle::Kind::link, number_}, relay_->id);
    }
    links_.opened(*this);
}

// ---- writing

bool Link::has_channels() const { return channels_used_ < links_.limits().channels; }

// The top bit tells the two ends' numbers apart. At a relay it is others who use them up.
Result<std::uint32_t> Link::fresh_channel() {
    if (!has_channels()) return error(Code::limit, "the link has no numbers left");
    const auto id = ++channels_used_;
    return initiator_ ? id : id | 0x80000000u;
}

void Link::want_flush() {
    if (!quiet_ && !pulse_.is_waiting()) pulse_.sent(links_.runtime().now());
    links_.mark_dirty(*this);
}

void Link::send_quietly(FrameKind kind) {
    quiet_ = true;
    send_control(kind, 0, 0, {});
    quiet_ = false;
}

void Link::look_after(Time now) {
    if (state_ != State::open) return;
    const auto step = pulse_.look(now);
    if (step == Pulse::Step::probe) send_quietly(FrameKind::probe);
    if (step == Pulse::Step::end) close();
}

void Link::send_control(FrameKind kind, std::uint32_t channel, std::uint8_t flags, ByteView payload) {
    if (!outbox_.push_control(kind, channel, flags, payload)) close_soon();
}

void Link::close_soon() {
    std::weak_ptr<Link> weak = weak_from_this();
    links_.runtime().post([weak] {
        if (auto self = weak.lock()) self->close();
    });
}

void Link::flush() {
    auto self = shared_from_this();
    dirty_ = false;
    while (!blocked_ && !is_closed()) {
        outbox_.fill();
        if (outbox_.ready().empty() || !write_out()) return;
    }
}

// True when all was taken.
bool Link::write_out() {
    while (!outbox_.ready().empty()) {
        auto taken = stream_->write_some(outbox_.ready());
        ++links_.counters.writes;
        if (!taken && taken.error().is(Code::busy)) {
            blocked_ = true;
            if (!pulse_.is_waiting()) pulse_.sent(links_.runtime().now());
            stream_->when_writable([this] {
                blocked_ = false;
                pulse_.heard();
                flush();
            });
            return false;
        }
        if (!taken) {
            close();
            return false;
        }
        outbox_.taken(*taken);
    }
    return true;
}

}  // namespace catacomb::routing
