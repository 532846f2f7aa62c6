#include "node/client/segment_placer.hpp"

#include "base/log.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

static_assert(Placing::kSlots == kExitsPerJob);

constexpr Duration kPlaceLimit = minutes(15);  // for one segment, whatever happens
constexpr auto kAfterBusy = milliseconds(500);

Error not_placed(const Placing& placing, const Placing::Failed& failed, const std::optional<Error>& last) {
    const auto& profile = placing.state().profile;
    auto text = concat("only ", failed.witnessed, " of ", static_cast<unsigned>(profile.n),
                       " blocks of a segment could be stored (", happiness(profile), " are needed)");
    if (failed.unread) text = "too few of the blocks that vaults signed for could be read back";
    if (last) text += ": " + last->text();
    return error(last && last->is(Code::full) ? Code::full : Code::refused, std::move(text));
}

std::vector<Placing::SignedFor> signed_for(const std::vector<Acknowledged>& acknowledged) {
    std::vector<Placing::SignedFor> out;
    for (const auto& one : acknowledged) out.push_back({one.index, tag_of(one.vault.id()), one.lease_end});
    return out;
}

}  // namespace

storage::SegmentRef segment_of(const PlacingState& state) {
    storage::SegmentRef out;
    out.root = state.root;
    out.profile = state.profile;
    return out;
}

SegmentPlacer::SegmentPlacer(ClientParts& parts, JobPtr job, ExitSet& exits)
    : parts_(parts),
      job_(job),
      exits_(exits),
      fetcher_(parts, job, exits),
      rng_(parts.runtime.rng().split(concat("placing/", job->status.id))),
      tasks_(parts.runtime) {}

Task<void> SegmentPlacer::drained() {
    co_await tasks_.drained();
    co_await fetcher_.drained();
}

Task<Result<>> SegmentPlacer::place(Placing& placing, SegmentBlocksPtr blocks) {
    const auto give_up = parts_.runtime.now() + kPlaceLimit;
    for (;;) {
        if (auto still = job_->alive(); !still) co_return still;
        const auto step = placing.next(evidence_, *rng_);
        if (std::holds_alternative<Placing::Done>(step)) co_return ok();
        if (const auto* failed = std::get_if<Placing::Failed>(&step))
            co_return not_placed(placing, *failed, last_failure_);
        if (parts_.runtime.now() >= give_up)
            co_return error(Code::timed_out, "the blocks could not be stored in time: " + last_words());
        if (const auto* look_at = std::get_if<Placing::Look>(&step)) {
            co_await look(placing, *look_at);
            continue;
        }
        auto stored = co_await store(placing, blocks, std::get<Placing::Store>(step));
        if (!stored) co_return stored;
    }
}

void SegmentPlacer::failed(const Error& why) {
    // That vaults are full is told, and not what comes of it: the exit that said so is left amid other
    // stores.
    const bool is_consequence = last_failure_ && last_failure_->is(Code::full) && why.is(Code::unreachable);
    if (!is_consequence) last_failure_ = why;
    job_->failed_block(last_words());
}

// ---- store

// An error only when there is nothing left to store from.
Task<Result<>> SegmentPlacer::store(Placing& placing, SegmentBlocksPtr& blocks, Placing::Store step) {
    if (!blocks) {
        auto gathered = co_await gather(segment_of(placing.state()));
        if (!gathered) co_return gathered.error();
        blocks = std::move(*gathered);
    }
    auto circuit = co_await exits_.get(step.slot, parts_.runtime.now() + limits::kStoreJob);
    if (!circuit) {
        placing.stored({}, {});
        failed(circuit.error());
        co_return ok();
    }
    StoreCall call;
    call.segment = blocks;
    call.want = step.blocks;
    call.lease_end = lease_end_;
    parts_.runtime.rng().fill(call.nonce_seed.bytes);
    call.avoid = placing.avoid(evidence_);
    call.limit = limits::kStoreJob;
    auto stored =
        co_await store_blocks(parts_.runtime, *circuit, std::move(call), parts_.view, parts_.proofs);
    std::vector<Placing::SignedFor> given;
    if (stored) {
        given = signed_for(stored->acknowledged);
        if (stored->failure) failed(*stored->failure);
    } else {
        failed(stored.error());
    }
    if (!stored && stored.error().is(Code::busy)) {
        placing.came_to_nothing();
        co_await routing::sleep_for(parts_.runtime, kAfterBusy);
        co_return ok();
    }
    given.empty() ? exits_.failed(*circuit, stored ? error(Code::refused) : stored.error())
                  : exits_.served(*circuit);
    placing.stored((*circuit)->endpoint().id, given);
    job_->status.progress.blocks_done += given.size();
    job_->changed();
    co_return ok();
}

Task<Result<SegmentBlocksPtr>> SegmentPlacer::gather(storage::SegmentRef segment) {
    storage::TreeNode node;
    node.ref = segment;
    auto stripe = co_await fetcher_.fetch(node);
    if (!stripe) co_return stripe.error();
    auto held = std::move(*stripe);
    std::function<Result<SegmentBlocksPtr>()> work = [held, segment]() -> Result<SegmentBlocksPtr> {
        auto rebuilt = std::move(*held).rebuild(segment.root);
        if (!rebuilt) return rebuilt.error();
        return std::make_shared<const storage::SegmentBlocks>(std::move(*rebuilt));
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

// ---- look

// HAVE and the bodies side by side.
Task<void> SegmentPlacer::look(Placing& placing, Placing::Look step) {
    auto circuit = co_await exits_.get(step.slot, parts_.runtime.now() + limits::kHaveJob);
    if (!circuit) {
        failed(circuit.error());
        co_return placing.came_to_nothing();
    }
    const auto exit = (*circuit)->endpoint().id;
    if (!placing.is_of_use(exit, step)) co_return placing.came_to_nothing();
    const auto segment = segment_of(placing.state());
    auto had = std::make_shared<routing::Promise<HadBlocks>>(parts_.runtime);
    if (step.blocks) {
        tasks_.spawn(have(*circuit, segment, had));
    } else {
        had->set(HadBlocks{});
    }
    auto bodies = co_await read(*circuit, segment, step.bodies);
    auto known = co_await had->wait(kNever);
    if (!bodies || !known) {
        const auto why = bodies ? known.error() : bodies.error();
        failed(why);
        exits_.failed(*circuit, why);
        if (why.is(Code::busy)) co_await routing::sleep_for(parts_.runtime, kAfterBusy);
        co_return placing.came_to_nothing();
    }
    exits_.served(*circuit);
    placing.looked(exit, step, known->have, *bodies, evidence_);
}

Task<void> SegmentPlacer::have(CircuitPtr circuit, storage::SegmentRef segment, HadPromise promise) {
    auto had = co_await ask_have(parts_.runtime, circuit, segment, limits::kHaveJob);
    promise->set(std::move(had));
}

// The bodies that came. That one did not is no failure of the exit that it could be left for.
Task<Result<BlockMask>> SegmentPlacer::read(CircuitPtr circuit, storage::SegmentRef segment,
                                            BlockMask bodies) {
    BlockMask got = 0;
    while (bodies & ~got) {
        auto call = sample_call(segment, bodies & ~got);
        const auto needed = call.need;
        auto end = co_await fetch_blocks(parts_.runtime, circuit, std::move(call));
        if (!end && end.error().is(Code::timed_out)) break;
        if (!end) co_return end.error();
        got |= end->got;
        if (count_of(end->got) < needed) break;
    }
    co_return got;
}

}  // namespace catacomb::node
