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

struct SegmentFetcher::Gathered {
    storage::TreeNode node;
    std::vector<storage::Block> blocks;
    BlockMask got = 0, absent = 0;
    unsigned answers = 0;        // exits that said what they know
    unsigned nothing_known = 0;  // of them, those that know of no block at all
    Time deadline{};
    std::optional<Error> last;

    unsigned need() const { return node.ref.profile.k - static_cast<unsigned>(blocks.size()); }
};

Task<Result<std::shared_ptr<storage::SealedStripe>>> SegmentFetcher::fetch(storage::TreeNode node) {
    auto& runtime = parts_.runtime;
    auto gathered = std::make_shared<Gathered>();
    gathered->node = node;
    gathered->deadline = runtime.now() + limits::kSegment;
    auto slot = next_slot_++ % kExitsPerJob;
    for (;;) {
        auto asked = co_await ask_one_exit(gathered, slot);
        if (auto still = job_->alive(); !still) co_return still.error();
        if (asked && gathered->need() == 0) break;
        if (!asked) {
            gathered->last = asked.error();
            if (asked.error().is(Code::too_few_relays)) co_return asked.error();
        }
        job_->failed_block(not_enough(*gathered).text());
        if (gathered->nothing_known >= 2 || runtime.now() >= gathered->deadline)
            co_return not_enough(*gathered);
        if (!co_await routing::sleep_for(runtime, kBetweenExits)) co_return error(Code::closed);
        slot = (slot + 1) % kExitsPerJob;
    }
    std::function<Result<std::shared_ptr<storage::SealedStripe>>()> work =
        [gathered]() -> Result<std::shared_ptr<storage::SealedStripe>> {
        auto stripe = storage::SealedStripe::recover(gathered->blocks);
        if (!stripe) return stripe.error();
        return std::make_shared<storage::SealedStripe>(std::move(*stripe));
    };
    co_return co_await routing::on_worker(runtime, std::move(work));
}

Task<Result<>> SegmentFetcher::ask_one_exit(std::shared_ptr<Gathered> gathered, std::size_t slot) {
    auto& runtime = parts_.runtime;
    auto circuit = co_await exits_.get(slot, gathered->deadline);
    if (!circuit) co_return circuit.error();
    const auto& ref = gathered->node.ref;
    const auto want = all_of(ref.profile.n) & ~gathered->got;
    const auto limit = std::min<Duration>(limits::kFetchJob, gathered->deadline - runtime.now());
    auto fetched = co_await fetch_blocks(runtime, *circuit, ref, want, gathered->need(), limit);
    if (!fetched) {
        exits_.drop(*circuit);
        co_return fetched.error();
    }
    ++gathered->answers;
    const auto count = fetched->blocks.size();
    if (count == 0 && fetched->absent == 0) ++gathered->nothing_known;
    gathered->absent = fetched->absent;
    blocks_fetched_ += count;
    job_->status.progress.blocks_done += count;
    for (auto& block : fetched->blocks) {
        gathered->got |= bit(block.id().index);
        gathered->blocks.push_back(std::move(block));
    }
    job_->changed();
    co_return ok();
}

Error SegmentFetcher::not_enough(const Gathered& gathered) const {
    const auto seen = gathered.blocks.size();
    const unsigned k = gathered.node.ref.profile.k;
    if (gathered.answers == 0 && gathered.last) return *gathered.last;
    auto text = concat("not found: ", seen, " of the ", k, " blocks that are needed were seen in ",
                       where(gathered.node));
    if (gathered.absent) {
        text += concat(" (", __builtin_popcountll(gathered.absent),
                       " more are on vaults that are away now: try again later)");
    }
    return error(Code::not_found, std::move(text));
}

Task<Result<HadBlocks>> SegmentFetcher::have(storage::TreeNode node) {
    HadBlocks out;
    Error last = error(Code::unreachable);
    unsigned answers = 0;
    for (std::size_t slot = 0; slot < kExitsPerJob && answers < 2; ++slot) {
        const auto deadline = parts_.runtime.now() + limits::kHaveJob;
        auto circuit = co_await exits_.get(slot, deadline);
        if (!circuit) {
            last = circuit.error();
            continue;
        }
        auto had = co_await ask_have(parts_.runtime, *circuit, node.ref, limits::kHaveJob);
        if (auto still = job_->alive(); !still) co_return still.error();
        if (!had) {
            exits_.drop(*circuit);
            last = had.error();
            continue;
        }
        ++answers;
        out.have |= had->have;
        out.absent |= had->absent;
        // All are there: a second opinion could add nothing.
        if (out.have == all_of(node.ref.profile.n)) break;
    }
    if (answers == 0) co_return last;
    out.absent &= ~out.have;
    co_return out;
}

}  // namespace catacomb::node
