#include "node/exit/renew.hpp"

#include "node/exit/renew_post.hpp"

namespace catacomb::node {
namespace {

using Word = Gather::Word;
using PostPtr = std::shared_ptr<RenewPost>;

// One segment.
class Renew final : public Errand {
public:
    Renew(PostPtr post, std::size_t item) : post_(std::move(post)), item_(item) {}

    Terms terms() const override {
        return {post_->request().items[item_].root, routing::Method::renew, limits::kFetchRelays,
                limits::kRenewAtRelay};
    }
    // It goes with those of other segments.
    Bytes request(const Gather::Ask&, const routing::Descriptor&) override { return {}; }
    Task<Result<Bytes>> call(Relays&, Gather::Ask ask, DescriptorPtr relay, Time deadline) override {
        const auto told = co_await post_->ask(relay, item_, ask.blocks, deadline);
        if (!told) co_return told.error();
        told_[ask.id] = *told;
        co_return Bytes{};
    }
    Task<std::vector<Word>> judge(Gather::Ask ask, DescriptorPtr, Result<Bytes> reply) override {
        const auto told = told_.extract(ask.id);
        std::vector<Word> out;
        for (auto left = ask.blocks; left; left &= left - 1) {
            const auto block = left & ~(left - 1);
            out.push_back(!reply                          ? word_of(reply.error())
                          : told.mapped().renewed & block ? Word::here
                          : told.mapped().absent & block  ? Word::away
                                                          : Word::no);
        }
        co_return out;
    }
    Task<void> hand_over(Gather::Ask, BlockMask) override { co_return; }
    bool is_wanted() const override { return post_->is_wanted(); }

private:
    PostPtr post_;
    std::size_t item_;
    std::map<std::uint32_t, RenewBundle::Told> told_;  // by request
};

struct Progress {
    std::size_t left = 0;  // segments
    std::vector<BlockMask> absent;
};

Task<void> renew_segment(ExitTools& tools, PostPtr post, std::size_t item, Time deadline,
                         std::shared_ptr<Progress> progress) {
    std::shared_ptr<Errand> errand = std::make_shared<Renew>(post, item);
    const auto plan = post->request().plan(item, deadline);
    const auto outcome = co_await tools.errands.run(errand, plan, tools.renew_patience);
    progress->absent[item] = outcome.away;
    --progress->left;
    post->changed().open();
}

}  // namespace

Result<RenewRequest> RenewRequest::decode(ByteView message) {
    auto request = node::decode<wire::ExitRenew>(message);
    if (!request) return request.error();
    auto items = read_items(request->items(), limits::kRenewedByExit);
    const auto seed = NonceSeed::from(view(request->nonce_seed()));
    if (!items || items->size() > limits::kSegmentsRenewed || !seed) return error(Code::malformed);
    return RenewRequest{std::move(*items), from_unix_seconds(request->lease_end()), *seed,
                        job_limit(request->limit_ms())};
}

std::size_t RenewRequest::memory() const { return blocks_in(items) * limits::kRenewMemory; }

Gather::Plan RenewRequest::plan(std::size_t item, Time deadline) const {
    Gather::Plan out;
    out.want = items[item].mask;
    out.need = count_of(out.want);
    out.budget = limits::share_of(out.need, limits::kLatePercent);
    out.shared = true;
    out.silence = limits::kRenewSilence;
    out.deadline = deadline;
    return out;
}

Task<void> renew(ExitTools& tools, RenewRequest request, CircuitStreamPtr stream) {
    const auto deadline = tools.relays.runtime().now() + request.limit;
    const auto segments = request.items.size();
    const auto post = std::make_shared<RenewPost>(tools, std::move(request), stream);
    const auto progress = std::make_shared<Progress>(Progress{segments, std::vector<BlockMask>(segments)});
    for (std::size_t i = 0; i < segments; ++i)
        tools.errands.spawn(renew_segment(tools, post, i, deadline, progress));
    while (progress->left > 0 || post->has_words()) {
        if (post->has_words()) {
            auto message = encode(Kind::answer, post->take_words());
            auto sent = co_await stream->send(std::move(message));
            if (!sent) co_return;
            continue;
        }
        const auto wake = co_await post->changed().wait(kNever);
        if (wake == routing::Wake::closed) co_return;
    }
    wire::ManyRenewed end;
    for (const auto absent : progress->absent) end.add_absent(absent);
    auto message = encode(Kind::answer, end);
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
