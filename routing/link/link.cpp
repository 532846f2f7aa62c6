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
constexpr std::size_t kFramesPerFlowTurn = 4;
constexpr std::size_t kSpareOut = 8;  // 1 MiB

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
      last_heard_(links.runtime().now()) {}

Link::~Link() = default;

void Link::start() {
    if (initiator_) {
        const auto first = handshake_->start();
        copy(next_out(), first);
        want_flush();
    }
    stream_->when_readable([this] { on_readable(); });
}

void Link::close() {
    if (state_ == State::closed) return;
    auto self = shared_from_this();
    state_ = State::closed;
    stream_->close();
    if (out_) drop_out();
    while (!control_.empty()) drop_control();
    for (auto* flow : round_) flow->listed_ = false;
    round_.clear();
    links_.closed(*this);
    transients_.clear();
    links_.holdings().release(*this, body_frames_ * kFrameSize);
    body_frames_ = 0;
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

// Anything that is not a sealed, well-formed frame of this session ends the link without a word.
void Link::take_frame(MutableBytes frame) {
    if (state_ == State::handshaking) return continue_handshake(frame);
    if (!session_->open(frame)) {
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
    if (!reply) {
        ++links_.counters.broken;
        return close();
    }
    if (*reply) {
        copy(next_out(), **reply);
        want_flush();
    }
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
    links_.verify(relay, [relay, ahead = greeting->clock - now, weak = weak_from_this()](Result<> holds) {
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
    session_.emplace(handshake_->session());
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

std::uint32_t Link::fresh_channel() {
    // The top bit tells the two ends' numbers apart. Ids are never used again on a link: 2^31 circuits
    // outlive it.
    const auto id = ++channels_used_;
    CHECK(id < 0x80000000u);
    return initiator_ ? id : id | 0x80000000u;
}

bool Link::has_room() const { return !out_ || out_->end + kFrameSize <= OutBuffer::kCapacity; }

MutableBytes Link::next_out() {
    if (!out_) {
        if (links_.spare_out_.empty()) {
            out_ = std::unique_ptr<OutBuffer>(new OutBuffer);
        } else {
            out_ = std::move(links_.spare_out_.back());
            links_.spare_out_.pop_back();
        }
        links_.holdings().hold(*this, OutBuffer::kCapacity);
    }
    auto frame = MutableBytes(out_->bytes).subspan(out_->end, kFrameSize);
    out_->end += kFrameSize;
    ++links_.counters.frames_out;
    return frame;
}

void Link::want_flush() { links_.mark_dirty(*this); }

bool Link::push_now(Flow& flow, std::uint8_t mark, ByteView payload) {
    if (state_ != State::open || !round_.empty() || !control_.empty() || !has_room()) return false;
    auto frame = next_out();
    encode_frame(frame.first(kFrameText), flow.channel_, flow.kind_, 0, payload);
    session_->seal(frame);
    want_flush();
    flow.left(mark);
    return true;
}

void Link::send_control(FrameKind kind, std::uint32_t channel, std::uint8_t flags, ByteView payload) {
    if (state_ != State::open) return;
    if (control_.size() >= links_.limits().control_frames) return close_soon();
    auto frame = links_.pool_.get();
    encode_frame(frame->bytes, channel, kind, flags, payload);
    control_.push_back(std::move(frame));
    links_.holdings().hold(*this, kFrameSize);
    want_flush();
}

void Link::drop_control() {
    links_.pool_.put(std::move(control_.front()));
    control_.pop_front();
    links_.holdings().release(*this, kFrameSize);
}

void Link::drop_out() {
    out_->begin = out_->end = 0;
    if (links_.spare_out_.size() < kSpareOut) links_.spare_out_.push_back(std::move(out_));
    out_.reset();
    links_.holdings().release(*this, OutBuffer::kCapacity);
}

// The peer does not read. Not at once: we may be deep inside a circuit that closing would destroy.
void Link::close_soon() {
    std::weak_ptr<Link> weak = weak_from_this();
    links_.runtime().post([weak] {
        if (auto self = weak.lock()) self->close();
    });
}

void Link::send_body(FrameKind kind, std::uint32_t channel, std::uint8_t first_flag, std::uint8_t last_flag,
                     std::uint8_t all_flags, ByteView body) {
    if (state_ != State::open) return;
    const auto frames = std::max<std::size_t>(1, (body.size() + kFramePayload - 1) / kFramePayload);
    if (body_frames_ + frames > links_.limits().body_frames) return close_soon();
    body_frames_ += frames;
    transients_.push_back(std::make_unique<Flow>(shared_from_this(), channel, kind, std::nullopt));
    auto& flow = *transients_.back();
    flow.transient_ = true;
    std::uint8_t flags = all_flags | first_flag;
    do {
        const auto part = body.first(std::min(body.size(), kFramePayload));
        body = body.subspan(part.size());
        if (body.empty()) flags |= last_flag;
        auto frame = links_.pool_.get();
        encode_frame(frame->bytes, channel, kind, flags, part);
        flow.queue_.push_back({std::move(frame), 0});
        flags = all_flags;
    } while (!body.empty());
    links_.holdings().hold(*this, frames * kFrameSize);
    enlist(flow);
}

void Link::enlist(Flow& flow) {
    if (is_closed()) return;
    if (!flow.listed_) {
        flow.listed_ = true;
        round_.push_back(&flow);
    }
    want_flush();
}

void Link::delist(Flow& flow) {
    std::erase(round_, &flow);
    flow.listed_ = false;
}

void Link::seal_text(const FrameText& text) {
    auto frame = next_out();
    copy(frame, text.bytes);
    session_->seal(frame);
}

// Control frames first, then the flows in turn.
void Link::fill_from_queues() {
    while (!control_.empty() && has_room()) {
        seal_text(*control_.front());
        drop_control();
    }
    while (!round_.empty() && has_room()) {
        auto* flow = round_.front();
        round_.pop_front();
        flow->listed_ = false;
        fill_from_flow(*flow);
        if (is_closed()) return;
    }
}

void Link::fill_from_flow(Flow& flow) {
    for (std::size_t i = 0; i < kFramesPerFlowTurn && flow.may_leave() && has_room(); ++i) {
        auto queued = std::move(flow.queue_.front());
        flow.queue_.pop_front();
        body_frames_ -= flow.transient_;
        seal_text(*queued.frame);
        links_.pool_.put(std::move(queued.frame));
        links_.holdings().release(flow.transient_ ? static_cast<Holder&>(*this) : flow, kFrameSize);
        flow.left(queued.mark);
        if (is_closed()) return;
    }
    if (flow.may_leave()) {
        enlist(flow);
    } else if (flow.transient_ && flow.queue_.empty()) {
        transients_.remove_if([&flow](const auto& one) { return one.get() == &flow; });
    }
}

void Link::flush() {
    auto self = shared_from_this();
    dirty_ = false;
    while (!blocked_ && !is_closed()) {
        if (state_ == State::open) fill_from_queues();
        if (!out_ || !write_out()) return;
    }
}

// True when all was taken.
bool Link::write_out() {
    while (out_->begin < out_->end) {
        auto taken = stream_->write_some(ByteView(out_->bytes).subspan(out_->begin, out_->end - out_->begin));
        ++links_.counters.writes;
        if (!taken && taken.error().is(Code::busy)) {
            blocked_ = true;
            stream_->when_writable([this] {
                blocked_ = false;
                flush();
            });
            return false;
        }
        if (!taken) {
            close();
            return false;
        }
        out_->begin += *taken;
    }
    drop_out();
    return true;
}

}  // namespace catacomb::routing
