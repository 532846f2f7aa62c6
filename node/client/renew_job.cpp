#include "node/client/renew_job.hpp"

#include "base/log.hpp"
#include "node/client/exit_calls.hpp"

namespace catacomb::node {

RenewJob::RenewJob(ClientParts& parts, JobPtr job, storage::VerifyKey key, RenewOptions options)
    : parts_(parts),
      job_(job),
      lease_end_(lease_end_after(parts.runtime.now(), options.days * limits::kDay)),
      walker_(std::make_shared<storage::TreeWalker>(key)),
      rng_(parts.runtime.rng().split(concat("renew/", job->status.id))),
      exits_(parts.runtime, parts.pool),
      fetcher_(parts, job, exits_),
      under_way_(parts.runtime, job, kRenewedAtOnce),
      tasks_(parts.runtime) {
    job_->when_over([this] {
        exits_.close();
        under_way_.wake();
    });
}

Task<void> RenewJob::run() {
    auto done = co_await renew();
    if (!done) job_->fail(done.error());
    co_await tasks_.drained();
    exits_.close();
    co_await fetcher_.drained();
    if (done) job_->finish();
}

Task<Result<>> RenewJob::renew() {
    job_->set_phase("renewing");
    job_->status.renew.emplace().lease_asked = lease_end_;
    while (const auto node = walker_->next()) {
        if (++segments_ > limits::kMostSegments)
            co_return error(Code::limit,
                            concat("the file has more than ", limits::kMostSegments, " segments"));
        gathered_.push_back(node->ref);
        job_->status.progress.blocks_needed += node->ref.profile.n;
        auto done = job_->alive();
        if (node->ref.kind == storage::SegmentKind::leaf) {
            walker_->pass_leaf();
        } else {
            done = co_await enter_branch(*node);
        }
        if (done && gathered_.size() == limits::kSegmentsRenewed) done = co_await send_off();
        if (!done) co_return done;
    }
    auto sent = co_await send_off();
    if (!sent) co_return sent;
    co_return co_await under_way_.all_landed();
}

Task<Result<>> RenewJob::enter_branch(storage::TreeNode node) {
    auto stripe = co_await fetcher_.fetch(node);
    if (!stripe) co_return stripe.error();
    auto walker = walker_;
    auto held = *stripe;
    std::function<Result<>()> work = [walker, held]() -> Result<> {
        auto branch = walker->enter_branch(std::move(*held));
        if (!branch) return branch.error();
        return ok();
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

Task<Result<>> RenewJob::send_off() {
    auto room = co_await under_way_.room();
    if (!room) co_return room;
    under_way_.began();
    auto batch = std::make_shared<Renewing>(std::exchange(gathered_, {}));
    tasks_.spawn(renew_batch(std::move(batch), batches_++));
    co_return ok();
}

// ---- one request's worth of segments

Task<void> RenewJob::renew_batch(RenewingPtr batch, std::size_t slot) {
    Result<> last = ok();
    while (!batch->is_over() && job_->alive()) {
        auto asked = co_await ask(batch, slot++ % kExitsPerJob);
        if (!asked) last = std::move(asked);
    }
    if (batch->was_heard()) {
        batch->add_to(*job_->status.renew);
        job_->status.progress.blocks_done = job_->status.renew->blocks_renewed;
        job_->changed();
    } else if (!last) {
        job_->fail(last.error());
    }
    under_way_.landed();
}

Task<Result<>> RenewJob::ask(RenewingPtr batch, std::size_t slot) {
    auto circuit = co_await exits_.get(slot, parts_.runtime.now() + limits::kRenewJob);
    if (!circuit) {
        batch->broke_off();
        co_return circuit.error();
    }
    const auto numbers = batch->left().numbers;
    auto call = call_for(batch);
    const auto absent =
        co_await renew_blocks(parts_.runtime, *circuit, std::move(call), parts_.view, parts_.proofs);
    if (!absent) {
        exits_.failed(*circuit, absent.error());
        batch->broke_off();
        co_return absent.error();
    }
    exits_.served(*circuit);
    for (std::size_t i = 0; i < numbers.size(); ++i) batch->absent(numbers[i], (*absent)[i]);
    batch->answered();
    co_return ok();
}

RenewCall RenewJob::call_for(const RenewingPtr& batch) const {
    auto left = batch->left();
    RenewCall out;
    out.items = std::move(left.items);
    out.lease_end = lease_end_;
    rng_->fill(out.nonce_seed.bytes);
    out.limit = limits::kRenewJob;
    out.take = [batch, numbers = std::move(left.numbers)](std::size_t item, BlockMask blocks, Time until) {
        batch->renewed(numbers[item], blocks, until);
    };
    return out;
}

}  // namespace catacomb::node
