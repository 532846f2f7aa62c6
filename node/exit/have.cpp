#include "node/exit/have.hpp"

namespace catacomb::node {
namespace {

using Word = Gather::Word;

class Have final : public Errand {
public:
    Have(const storage::Root& root, CircuitStreamPtr stream) : root_(root), stream_(std::move(stream)) {}

    Terms terms() const override {
        return {root_, routing::Method::have, limits::kFetchRelays, limits::kHaveAtRelay};
    }
    Bytes request(const Gather::Ask& ask, const routing::Descriptor&) override {
        wire::HaveBlocks out;
        out.set_root(proto_bytes(root_));
        for (auto left = ask.blocks; left; left &= left - 1)
            out.mutable_indices()->push_back(static_cast<char>(__builtin_ctzll(left)));
        return encode(out);
    }
    Task<std::vector<Word>> judge(Gather::Ask ask, DescriptorPtr, Result<Bytes> reply) override {
        const auto asked = std::size_t{count_of(ask.blocks)};
        if (!reply) co_return std::vector<Word>(asked, word_of(reply.error()));
        auto answer = decode<wire::HaveAnswer>(*reply);
        if (!answer || answer->outcomes().size() != asked) co_return std::vector<Word>(asked, Word::failed);
        std::vector<Word> out;
        for (const char outcome : answer->outcomes()) {
            out.push_back(outcome == wire::FetchAnswer::FOUND    ? Word::here
                          : outcome == wire::FetchAnswer::ABSENT ? Word::away
                                                                 : Word::no);
        }
        co_return out;
    }
    Task<void> hand_over(Gather::Ask, BlockMask) override { co_return; }
    bool is_wanted() const override { return !stream_->is_broken(); }

private:
    storage::Root root_;
    CircuitStreamPtr stream_;
};

}  // namespace

Result<HaveRequest> HaveRequest::decode(ByteView message) {
    auto request = node::decode<wire::ExitHave>(message);
    if (!request) return request.error();
    auto root = storage::Root::from(view(request->root()));
    if (!root || request->n() > storage::kMaxBlocks) return error(Code::malformed);
    return HaveRequest{*root, request->n(), job_limit(request->limit_ms())};
}

Gather::Plan HaveRequest::plan(Time now) const {
    Gather::Plan out;
    out.want = all_of(n);
    out.need = n;
    out.budget = limits::share_of(n, limits::kLatePercent);
    out.shared = out.widely = true;
    out.silence = limits::kHaveSilence;
    out.patiences = limits::kSilence;
    out.deadline = now + limit;
    return out;
}

std::size_t HaveRequest::memory() const { return std::size_t{n} * limits::kQuestionMemory; }

Task<void> have(ExitTools& tools, HaveRequest request, CircuitStreamPtr stream) {
    const auto plan = request.plan(tools.relays.runtime().now());
    std::shared_ptr<Errand> errand = std::make_shared<Have>(request.root, stream);
    const auto outcome = co_await tools.errands.run(errand, plan, tools.have_patience);
    wire::ExitHad end;
    end.set_have(outcome.here);
    end.set_absent(outcome.away);
    auto message = encode(Kind::answer, end);
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
