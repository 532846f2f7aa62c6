#include "node/client/segment_fetcher.hpp"

#include "base/log.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

constexpr auto kBetweenExits = milliseconds(200);

std::string where(const storage::TreeNode& node) {
    return concat(node.level == 0 ? "segment " : "branch ", node.index + 1);
}

}  // namespace

struct SegmentFetcher::Gathering {
    Gathering(Runtime& runtime, const storage::TreeNode& of) : node(of), changed(runtime) {}

    storage::TreeNode node;
    std::vector<storage::Block> blocks;
    BlockMask got = 0, absent = 0;
    unsigned asking = 0;         // exits that are asked now
    unsigned answers = 0;        // exits that said what they know
    unsigned nothing_known = 0;  // of them, those that know of no block at all
    bool over = false;           // nobody waits for it any more
    bool busy = false;           // an exit took no more requests: another would not thank us
    std::size_t slot = 0;        // of the exit to ask next
    Time began{}, deadline{};
    std::optional<Error> last;
    routing::Gate changed;

    unsigned need() const { return node.ref.profile.k - static_cast<unsigned>(blocks.size()); }
    bool is_complete() const { return over || need() == 0; }
};

Task<SegmentFetcher::Blocks> SegmentFetcher::gather(storage::TreeNode node) {
    auto& runtime = parts_.runtime;
    auto gathering = std::make_shared<Gathering>(runtime, node);
    gathering->began = runtime.now();
    gathering->deadline = runtime.now() + limits::kSegment;
    gathering->slot = next_slot_++;
    pace_.asked(node.ref.profile.k);
    Blocks out;
    for (;;) {
        ask(gathering);
        co_await hedge(gathering);
        if (auto still = job_->alive(); !still) {
            out.failure = still.error();
        } else if (!gathering->is_complete()) {
            job_->failed_block(not_enough(*gathering).text());
            const bool too_few = gathering->last && gathering->last->is(Code::too_few_relays);
            if (too_few || gathering->nothing_known >= 2 || runtime.now() >= gathering->deadline) {
                out.failure = not_enough(*gathering);
            } else if (co_await routing::sleep_for(runtime, kBetweenExits)) {
                continue;
            } else {
                out.failure = error(Code::closed);
            }
        }
        break;
    }
    if (!out.failure) pace_.took(runtime.now() - gathering->began);
    gathering->over = true;
    out.blocks = std::move(gathering->blocks);
    co_return out;
}

Task<Result<StripePtr>> SegmentFetcher::fetch(storage::TreeNode node) {
    auto gathered = co_await gather(node);
    if (gathered.failure) co_return *gathered.failure;
    auto blocks = std::make_shared<std::vector<storage::Block>>(std::move(gathered.blocks));
    std::function<Result<StripePtr>()> work = [blocks]() -> Result<StripePtr> {
        auto stripe = storage::SealedStripe::recover(*blocks);
        if (!stripe) return stripe.error();
        return std::make_shared<storage::SealedStripe>(std::move(*stripe));
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

// ---- one exit, and a second one

void SegmentFetcher::ask(const GatheringPtr& gathering) {
    ++gathering->asking;
    tasks_.spawn(ask_one_exit(gathering, gathering->slot++ % kExitsPerJob));
}

// Until the segment is complete or nobody is being asked any more.
Task<void> SegmentFetcher::hedge(GatheringPtr gathering) {
    auto& runtime = parts_.runtime;
    auto hedge_at = runtime.now() + pace_.hedge_after();
    while (gathering->asking > 0 && !gathering->is_complete()) {
        const auto wake = co_await gathering->changed.wait(hedge_at);
        if (wake == routing::Wake::closed && runtime.closing()) co_return;
        if (runtime.now() < hedge_at) continue;
        hedge_at = kNever;
        if (pace_.take_extra(gathering->need(), gathering->busy)) ask(gathering);
    }
}

FetchCall SegmentFetcher::call_for(const GatheringPtr& gathering) const {
    const auto& ref = gathering->node.ref;
    FetchCall out;
    out.segment = ref;
    out.want = all_of(ref.profile.n) & ~gathering->got;
    out.need = gathering->need();
    out.limit = std::min<Duration>(limits::kFetchJob, gathering->deadline - parts_.runtime.now());
    out.patience = pace_.patience();
    return out;
}

Task<void> SegmentFetcher::ask_one_exit(GatheringPtr gathering, std::size_t slot) {
    auto circuit = co_await exits_.get(slot, gathering->deadline);
    if (!circuit) {
        gathering->last = circuit.error();
    } else if (!gathering->is_complete() && parts_.runtime.now() < gathering->deadline) {
        auto call = call_for(gathering);
        call.take = [this, gathering](storage::Block block) { return take(*gathering, std::move(block)); };
        auto end = co_await fetch_blocks(parts_.runtime, *circuit, std::move(call));
        conclude(*gathering, *circuit, end);
    }
    --gathering->asking;
    gathering->changed.open();
}

// False: there are enough. A block that both exits brought counts once.
bool SegmentFetcher::take(Gathering& gathering, storage::Block block) {
    if (job_->is_over() || gathering.is_complete()) return false;
    const auto mark = bit(block.id().index);
    if (gathering.got & mark) return true;
    gathering.got |= mark;
    gathering.blocks.push_back(std::move(block));
    ++blocks_fetched_;
    ++job_->status.progress.blocks_done;
    job_->changed();
    if (gathering.is_complete()) gathering.changed.open();
    return !gathering.is_complete();
}

void SegmentFetcher::conclude(Gathering& gathering, const CircuitPtr& circuit, const Result<FetchEnd>& end) {
    if (!end) {
        gathering.last = end.error();
        if (end.error().is(Code::busy)) gathering.busy = true;
        return exits_.failed(circuit, end.error());
    }
    if (end->stalled) return exits_.stalled(circuit);
    exits_.served(circuit);
    if (!end->said) return;
    ++gathering.answers;
    if (end->got == 0 && end->absent == 0) ++gathering.nothing_known;
    gathering.absent = end->absent;
}

Error SegmentFetcher::not_enough(const Gathering& gathering) const {
    const auto seen = gathering.blocks.size();
    const unsigned k = gathering.node.ref.profile.k;
    if (gathering.answers == 0 && seen == 0 && gathering.last) return *gathering.last;
    auto text = concat("not found: ", seen, " of the ", k, " blocks that are needed were seen in ",
                       where(gathering.node));
    if (gathering.absent) {
        text += concat(" (", count_of(gathering.absent),
                       " more are on vaults that are away now: try again later)");
    }
    return error(Code::not_found, std::move(text));
}

}  // namespace catacomb::node
