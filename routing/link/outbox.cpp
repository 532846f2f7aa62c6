#include "routing/link/outbox.hpp"

#include <algorithm>
#include <utility>

namespace catacomb::routing {
namespace {
constexpr std::size_t kFramesPerTurn = 4;  // of one flow
constexpr std::size_t kSpareOut = 8;       // 1 MiB
}  // namespace

FramePool::Ptr FramePool::get() {
    if (spare_.empty()) return Ptr(new FrameText);  // not value-initialised: encode_frame writes every byte
    auto out = std::move(spare_.back());
    spare_.pop_back();
    return out;
}

void FramePool::put(Ptr frame) {
    if (spare_.size() < kSpare) spare_.push_back(std::move(frame));
}

// ---- one flow

Flow::Flow(Outbox& outbox, std::uint32_t channel, FrameKind kind, std::optional<CreditSender> credit)
    : outbox_(outbox), channel_(channel), kind_(kind), credit_(std::move(credit)) {}

Flow::~Flow() {
    if (listed_) outbox_.delist(*this);
    outbox_.shared_.holdings.release_all(*this);
    for (auto& queued : queue_) outbox_.shared_.pool.put(std::move(queued.frame));
}

void Flow::push(std::uint8_t mark, ByteView payload) {
    if (!outbox_.takes_frames()) return;
    if (queue_.empty() && has_credit() && outbox_.push_now(*this, mark, payload)) return;
    auto frame = outbox_.shared_.pool.get();
    encode_frame(frame->bytes, channel_, kind_, 0, payload);
    queue_.push_back({std::move(frame), mark});
    outbox_.shared_.holdings.hold(*this, kFrameSize);
    if (has_credit()) outbox_.enlist(*this);
}

void Flow::cut_off() {
    const auto owner = on_cut_off;  // it destroys this flow
    owner();
}

bool Flow::add_credit(std::size_t cells) {
    if (!credit_ || !credit_->on_credit(cells)) return false;
    if (may_leave()) outbox_.enlist(*this);
    return true;
}

void Flow::left(std::uint8_t mark) {
    if (credit_) credit_->on_sent();
    if (on_left) on_left(mark);
}

// ---- all of them

Outbox::Outbox(OutShared& shared, const LinkLimits& limits, std::function<void()> wake,
               std::function<void()> cut_off)
    : shared_(shared), limits_(limits), wake_(std::move(wake)), on_cut_off_(std::move(cut_off)) {}

MutableBytes Outbox::next_out() {
    if (!out_) {
        if (shared_.spare.empty()) {
            out_ = std::unique_ptr<OutBuffer>(new OutBuffer);
        } else {
            out_ = std::move(shared_.spare.back());
            shared_.spare.pop_back();
        }
        shared_.holdings.hold(*this, OutBuffer::kCapacity);
    }
    auto frame = MutableBytes(out_->bytes).subspan(out_->end, kFrameSize);
    out_->end += kFrameSize;
    ++shared_.frames_out;
    return frame;
}

void Outbox::put_handshake(ByteView frame) {
    copy(next_out(), frame);
    wake_();
}

bool Outbox::push_now(Flow& flow, std::uint8_t mark, ByteView payload) {
    if (!round_.empty() || !control_.empty() || !has_room()) return false;
    auto frame = next_out();
    encode_frame(frame.first(kFrameText), flow.channel_, flow.kind_, 0, payload);
    cipher_->seal(frame);
    wake_();
    flow.left(mark);
    return true;
}

bool Outbox::push_control(FrameKind kind, std::uint32_t channel, std::uint8_t flags, ByteView payload) {
    if (!takes_frames()) return true;
    // All circuits of a link may end in one turn, and each says so: that is nobody who does not read.
    const auto most = limits_.control_frames + (kind == FrameKind::destroy ? limits_.circuits : 0);
    if (control_.size() >= most) return false;
    auto frame = shared_.pool.get();
    encode_frame(frame->bytes, channel, kind, flags, payload);
    control_.push_back(std::move(frame));
    shared_.holdings.hold(*this, kFrameSize);
    wake_();
    return true;
}

bool Outbox::push_body(FrameKind kind, std::uint32_t channel, BodyFlags flags, ByteView body) {
    if (!takes_frames()) return true;
    const auto frames = std::max<std::size_t>(1, (body.size() + kFramePayload - 1) / kFramePayload);
    // For a refusal there is room while no more is outstanding than may be.
    const bool is_short_answer = frames == 1 && kind == FrameKind::rpc_response;
    const auto most = limits_.body_frames + (is_short_answer ? limits_.outstanding_rpcs : 0);
    if (body_frames_ + frames > most) return false;
    body_frames_ += frames;
    bodies_.push_back(std::make_unique<Flow>(*this, channel, kind, std::nullopt));
    auto& flow = *bodies_.back();
    flow.transient_ = true;
    for (std::size_t i = 0; i < frames; ++i) {
        const auto part = body.first(std::min(body.size(), kFramePayload));
        body = body.subspan(part.size());
        const auto first = i == 0 ? flags.first : std::uint8_t{0};
        const auto last = i + 1 == frames ? flags.last : std::uint8_t{0};
        auto frame = shared_.pool.get();
        encode_frame(frame->bytes, channel, kind, static_cast<std::uint8_t>(flags.all | first | last), part);
        flow.queue_.push_back({std::move(frame), 0});
    }
    shared_.holdings.hold(*this, frames * kFrameSize);
    enlist(flow);
    return true;
}

bool Outbox::drop_body(FrameKind kind, std::uint32_t channel) {
    const auto is_it = [&](const auto& one) { return one->kind_ == kind && one->channel_ == channel; };
    const auto found = std::find_if(bodies_.begin(), bodies_.end(), is_it);
    if (found == bodies_.end()) return false;
    auto& flow = **found;
    const bool unsent = !flow.begun_;
    body_frames_ -= flow.queue_.size();
    shared_.holdings.release(*this, flow.queue_.size() * kFrameSize);
    bodies_.erase(found);
    return unsent;
}

void Outbox::enlist(Flow& flow) {
    if (cleared_) return;
    if (!flow.listed_) {
        flow.listed_ = true;
        round_.push_back(&flow);
    }
    wake_();
}

void Outbox::delist(Flow& flow) {
    std::erase(round_, &flow);
    flow.listed_ = false;
}

void Outbox::seal(const FrameText& text) {
    auto frame = next_out();
    copy(frame, text.bytes);
    cipher_->seal(frame);
}

void Outbox::fill() {
    if (!takes_frames()) return;
    while (!control_.empty() && has_room()) {
        seal(*control_.front());
        drop_control();
    }
    while (!round_.empty() && has_room()) {
        auto* flow = round_.front();
        round_.pop_front();
        flow->listed_ = false;
        fill_from(*flow);
        if (cleared_) return;
    }
}

// What hears that a frame left may end the link, and with it this round.
void Outbox::fill_from(Flow& flow) {
    for (std::size_t i = 0; i < kFramesPerTurn && flow.may_leave() && has_room(); ++i) {
        auto queued = std::move(flow.queue_.front());
        flow.queue_.pop_front();
        body_frames_ -= flow.transient_;
        flow.begun_ = true;
        seal(*queued.frame);
        shared_.pool.put(std::move(queued.frame));
        shared_.holdings.release(flow.transient_ ? static_cast<Holder&>(*this) : flow, kFrameSize);
        flow.left(queued.mark);
        if (cleared_) return;
    }
    if (flow.may_leave()) {
        enlist(flow);
    } else if (flow.transient_ && flow.queue_.empty()) {
        bodies_.remove_if([&flow](const auto& one) { return one.get() == &flow; });
    }
}

ByteView Outbox::ready() const {
    if (!out_) return {};
    return ByteView(out_->bytes).subspan(out_->begin, out_->end - out_->begin);
}

void Outbox::taken(std::size_t bytes) {
    out_->begin += bytes;
    if (out_->begin == out_->end) drop_out();
}

void Outbox::clear() {
    if (std::exchange(cleared_, true)) return;
    if (out_) drop_out();
    while (!control_.empty()) drop_control();
    for (auto* flow : round_) flow->listed_ = false;
    round_.clear();
    bodies_.clear();
    shared_.holdings.release(*this, body_frames_ * kFrameSize);
    body_frames_ = 0;
}

void Outbox::drop_control() {
    shared_.pool.put(std::move(control_.front()));
    control_.pop_front();
    shared_.holdings.release(*this, kFrameSize);
}

void Outbox::drop_out() {
    out_->begin = out_->end = 0;
    if (shared_.spare.size() < kSpareOut) shared_.spare.push_back(std::move(out_));
    out_.reset();
    shared_.holdings.release(*this, OutBuffer::kCapacity);
}

}  // namespace catacomb::routing
