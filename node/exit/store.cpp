#include "node/exit/store.hpp"

#include <algorithm>

namespace catacomb::node {
namespace {

using Word = Gather::Word;
using SegmentPtr = std::shared_ptr<const storage::SegmentBlocks>;

constexpr int kAcknowledgementsAtOnce = 16;  // fits one cell

bool is_among(const std::vector<VaultTag>& tags, VaultTag one) {
    return std::find(tags.begin(), tags.end(), one) != tags.end();
}

// A relay hears only of vaults that it could offer to, so that the list does not mark what is stored
// together.
std::vector<VaultTag> avoided_at(const routing::Descriptor& relay, const std::vector<VaultTag>& all,
                                 const routing::View& view, Time now) {
    std::vector<VaultTag> out;
    for (const auto tag : all) {
        const auto serving = view.successors_of(place_of(tag), view.network().registrations, now);
        const auto serves = [&](const auto& one) { return one->id == relay.id; };
        if (std::any_of(serving.begin(), serving.end(), serves)) out.push_back(tag);
        if (out.size() == kMostAvoidedAtRelay) break;
    }
    return out;
}

class Store final : public Errand {
public:
    Store(ExitTools& tools, StoreRequest request, SegmentPtr segment, CircuitStreamPtr stream)
        : tools_(tools),
          wanted_(std::move(request)),
          segment_(std::move(segment)),
          stream_(std::move(stream)) {}

    Terms terms() const override {
        return {wanted_.root, routing::Method::store, limits::kStoreRelays, limits::kStoreAtRelay};
    }
    Bytes request(const Gather::Ask& ask, const routing::Descriptor& relay) override {
        const auto block = block_of(ask);
        wire::StoreBlock out;
        out.set_root(proto_bytes(block.root));
        out.set_index(block.index);
        out.set_block(proto_bytes(segment_->block(block.index)));
        out.set_lease_end(unix_seconds(wanted_.lease_end));
        out.set_nonce(proto_bytes(block_nonce(wanted_.nonce_seed, block.index)));
        out.set_purpose(wanted_.purpose);
        out.set_stamp(wanted_.stamp);
        const auto now = tools_.relays.runtime().now();
        out.set_avoid(pack_tags(avoided_at(relay, wanted_.avoid, tools_.relays.view(), now)));
        return encode(out);
    }
    Task<std::vector<Word>> judge(Gather::Ask ask, DescriptorPtr relay, Result<Bytes> reply) override {
        auto given = co_await check(block_of(ask), relay, std::move(reply));
        auto word = Word::here;
        if (given) {
            given_.emplace(ask.id, to_wire(*given));
        } else {
            ++failures_[given.error().code];
            const bool nobody = given.error().is(Code::full) || given.error().is(Code::refused);
            word = nobody ? Word::no : word_of(given.error());
        }
        co_return std::vector<Word>(1, word);
    }
    Task<void> hand_over(Gather::Ask ask, BlockMask fresh) override {
        auto given = given_.extract(ask.id);
        if (given.empty() || fresh == 0) co_return;
        *untold_.add_given() = std::move(given.mapped());
        if (untold_.given_size() < kAcknowledgementsAtOnce) co_return;
        auto message = encode(Kind::answer, std::exchange(untold_, {}));
        co_await stream_->send(std::move(message));
    }
    bool is_wanted() const override { return !stream_->is_broken(); }

    // What ends the conversation.
    wire::ExitStored last_words(const Gather::Outcome& outcome) {
        if (outcome.here != wanted_.want) untold_.set_failure(name_of(commonest_failure()));
        return std::move(untold_);
    }

private:
    Code commonest_failure() const {
        const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
        const auto most = std::max_element(failures_.begin(), failures_.end(), fewer);
        return most == failures_.end() ? Code::unreachable : most->first;
    }
    storage::BlockId block_of(const Gather::Ask& ask) const {
        return {wanted_.root, static_cast<std::uint8_t>(only_block(ask))};
    }
    Asked asked_for(const storage::BlockId& block) const {
        Asked out;
        out.block = block;
        out.size = static_cast<std::uint32_t>(wanted_.profile.block());
        out.lease_end = wanted_.lease_end;
        out.nonce = block_nonce(wanted_.nonce_seed, block.index);
        return out;
    }
    Task<Result<Acknowledged>> check(storage::BlockId block, DescriptorPtr relay, Result<Bytes> reply) {
        if (!reply) co_return reply.error();
        auto answer = decode<wire::Acknowledgement>(*reply);
        if (!answer) co_return answer.error();
        const auto& view = tools_.relays.view();
        const auto asked = asked_for(block);
        const auto from = ProofSource::relay(relay->id);
        auto given = co_await check_acknowledgement(tools_.proofs, from, *answer, asked, view.network());
        if (!given) co_return given.error();
        const auto within = view.network().registrations + 1;
        if (!registers_at(given->vault.id(), relay->id, view, within, tools_.relays.runtime().now()))
            co_return error(Code::corrupt, "a vault acknowledged where it does not belong");
        if (is_among(wanted_.avoid, tag_of(given->vault.id())))
            co_return error(Code::refused, "a vault that was to be left out acknowledged");
        given->rendezvous = relay->id;
        co_return given;
    }

    ExitTools& tools_;
    StoreRequest wanted_;
    SegmentPtr segment_;
    CircuitStreamPtr stream_;
    std::map<std::uint32_t, wire::Acknowledgement> given_;  // by request: checked, and not handed over yet
    wire::ExitStored untold_;                               // what the client does not have yet
    std::map<Code, unsigned> failures_;
};

// The k data fragments, which come as messages of their own.
Task<Result<Bytes>> receive_fragments(Runtime& runtime, storage::Profile profile, CircuitStreamPtr stream) {
    const auto give_up = runtime.now() + limits::kHandOver;
    Bytes data;
    data.reserve(profile.stripe());
    for (unsigned i = 0; i < profile.k; ++i) {
        const auto limit = std::min<Time>(give_up, runtime.now() + limits::kFragmentAtExit);
        auto bytes = co_await stream->receive(limit);
        if (!bytes) co_return bytes.error();
        auto message = split_kind(std::move(*bytes));
        if (!message || message->kind != Kind::fragment || message->body.size() != profile.fragment())
            co_return error(Code::malformed);
        append(data, message->body);
    }
    co_return data;
}

Result<SegmentPtr> make_segment(const StoreRequest& request, ByteView data) {
    std::vector<crypto::Share> shares;
    for (unsigned i = 0; i < request.profile.n; ++i)
        shares.push_back(crypto::Share::copy_of(ByteView(request.shares).subspan(i * crypto::kShareSize)));
    auto made = storage::SegmentBlocks::from_parts(request.root, request.profile, request.commitment,
                                                   std::move(shares), data);
    if (!made) return made.error();
    return std::make_shared<const storage::SegmentBlocks>(std::move(*made));
}

}  // namespace

Result<StoreRequest> StoreRequest::decode(ByteView message) {
    auto request = node::decode<wire::ExitStore>(message);
    if (!request) return request.error();
    auto profile = to_profile(request->k(), request->n(), request->block_class());
    auto root = storage::Root::from(view(request->root()));
    auto commitment = storage::Commitment::from(view(request->commitment()));
    auto avoid = unpack_tags(request->avoid(), kMostAvoided);
    auto seed = NonceSeed::from(view(request->nonce_seed()));
    if (!profile || !root || !commitment || !avoid || !seed ||
        request->shares().size() != profile->n * crypto::kShareSize ||
        request->stamp().size() > limits::kLongestStamp)
        return error(Code::malformed);
    StoreRequest out;
    out.root = *root;
    out.profile = *profile;
    out.commitment = *commitment;
    out.shares = to_bytes(view(request->shares()));
    out.want = request->want() & all_of(profile->n);
    out.lease_end = from_unix_seconds(request->lease_end());
    out.limit = job_limit(request->limit_ms());
    out.nonce_seed = *seed;
    out.purpose = request->purpose();
    out.stamp = request->stamp();
    out.avoid = std::move(*avoid);
    return out;
}

Gather::Plan StoreRequest::plan(Time deadline, std::size_t bytes_at_once) const {
    Gather::Plan out;
    out.want = want;
    out.need = count_of(want);
    out.at_once = static_cast<unsigned>(std::clamp<std::size_t>(bytes_at_once / profile.block(), 1, 64));
    out.budget = limits::share_of(out.need, limits::kLatePercent);
    out.silence = limits::kStoreSilence;
    out.deadline = deadline;
    return out;
}

// The segment with its parity, and once more what of it waits for room on the links.
std::size_t StoreRequest::memory() const {
    const std::size_t blocks = profile.n * profile.block();
    return blocks + std::min(blocks, limits::kStoreOnLinks);
}

Task<void> store(ExitTools& tools, StoreRequest request, CircuitStreamPtr stream) {
    auto& runtime = tools.relays.runtime();
    auto received = co_await receive_fragments(runtime, request.profile, stream);
    if (!received) co_return;
    const auto deadline = runtime.now() + request.limit;
    auto data = std::make_shared<Bytes>(std::move(*received));
    auto wanted = std::make_shared<StoreRequest>(std::move(request));
    std::function<Result<SegmentPtr>()> work = [wanted, data] { return make_segment(*wanted, *data); };
    auto segment = co_await routing::on_worker(runtime, std::move(work));
    data.reset();
    if (!segment) co_return;
    const auto plan = wanted->plan(deadline, tools.store_bytes);
    auto storing = std::make_shared<Store>(tools, std::move(*wanted), std::move(*segment), stream);
    std::shared_ptr<Errand> errand = storing;
    const auto outcome = co_await tools.errands.run(errand, plan, tools.store_patience);
    auto message = encode(Kind::answer, storing->last_words(outcome));
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
