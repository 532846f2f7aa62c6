#include "node/exit/fetch.hpp"

namespace catacomb::node {
namespace {

using Word = Gather::Word;

class Fetch final : public Errand {
public:
    Fetch(const storage::Root& root, CircuitStreamPtr stream, Time deadline)
        : root_(root), stream_(std::move(stream)), deadline_(deadline) {}

    Terms terms() const override {
        return {root_, routing::Method::fetch, limits::kFetchRelays, limits::kFetchAtRelay};
    }
    Bytes request(const Gather::Ask& ask, const routing::Descriptor&) override {
        wire::FetchBlock out;
        out.set_root(proto_bytes(root_));
        out.set_index(only_block(ask));
        if (ask.patient) out.set_wait_ms(static_cast<std::uint32_t>(limits::kVaultAbsence / milliseconds(1)));
        return encode(out);
    }
    Task<std::vector<Word>> judge(Gather::Ask ask, DescriptorPtr, Result<Bytes> reply) override {
        const auto word = take(ask, reply);
        co_return std::vector<Word>(1, word);
    }
    Task<void> hand_over(Gather::Ask ask, BlockMask fresh) override {
        auto held = came_.extract(ask.id);
        if (held.empty() || fresh == 0) co_return;
        auto message = with_kind(Kind::block, std::move(held.mapped()));
        co_await stream_->send(std::move(message), false, deadline_);
    }
    bool is_wanted() const override { return !stream_->is_broken(); }

private:
    Word take(const Gather::Ask& ask, const Result<Bytes>& reply) {
        if (!reply) return word_of(reply.error());
        auto answer = decode<wire::FetchAnswer>(*reply);
        if (!answer) return Word::failed;
        if (answer->outcome() == wire::FetchAnswer::ABSENT) return Word::away;
        if (answer->outcome() != wire::FetchAnswer::FOUND) return Word::no;
        auto bytes = to_bytes(view(answer->block()));
        const storage::BlockId block{root_, static_cast<std::uint8_t>(only_block(ask))};
        if (!storage::check_block(block, bytes)) return Word::failed;
        came_.emplace(ask.id, std::move(bytes));
        return Word::here;
    }

    storage::Root root_;
    CircuitStreamPtr stream_;
    Time deadline_;                        // of the client, who listens no longer
    std::map<std::uint32_t, Bytes> came_;  // by request: verified, and not handed over yet
};

}  // namespace

Result<FetchRequest> FetchRequest::decode(ByteView message) {
    auto request = node::decode<wire::ExitFetch>(message);
    if (!request) return request.error();
    auto profile = to_profile(request->k(), request->n(), request->block_class());
    auto root = storage::Root::from(view(request->root()));
    // k of them are always enough.
    if (!profile || !root || request->need() == 0 || request->need() > profile->k)
        return error(Code::malformed);
    return FetchRequest{*root, *profile, request->want() & all_of(profile->n), request->need(),
                        job_limit(request->limit_ms())};
}

Gather::Plan FetchRequest::plan(Time now) const {
    Gather::Plan out;
    out.want = want;
    out.need = need;
    out.ahead = limits::kFetchAhead;
    out.budget = limits::share_of(need, limits::kLatePercent);
    out.insist = true;
    out.silence = limits::kFetchSilence;
    out.patiences = limits::kSilence;
    out.absence = limits::kVaultAbsence;
    out.deadline = now + limit;
    return out;
}

std::size_t FetchRequest::memory() const {
    const auto requests = need + limits::kFetchAhead + limits::share_of(need, limits::kLatePercent);
    return requests * profile.block();
}

Task<void> fetch(ExitTools& tools, FetchRequest request, CircuitStreamPtr stream) {
    const auto plan = request.plan(tools.relays.runtime().now());
    std::shared_ptr<Errand> errand =
        std::make_shared<Fetch>(request.root, stream, plan.deadline + limits::kLastWords);
    const auto outcome = co_await tools.errands.run(errand, plan, tools.fetch_patience);
    wire::ExitFetched end;
    end.set_found(outcome.here);
    end.set_absent(outcome.away);
    end.set_missing(outcome.missing);
    auto message = encode(Kind::answer, end);
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
