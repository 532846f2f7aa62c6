#include "node/client/check_job.hpp"

#include "base/log.hpp"
#include "node/client/placement_report.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kMostAsked = 6;  // for two words that hold

// One of the blocks. Requires: there are some.
BlockMask pick_from(BlockMask blocks, Rng& rng) {
    for (auto skip = rng.below(count_of(blocks)); skip > 0; --skip) blocks &= blocks - 1;
    return blocks & ~(blocks - 1);
}

}  // namespace

CheckJob::CheckJob(ClientParts& parts, JobPtr job, storage::VerifyKey key, CheckOptions options)
    : parts_(parts),
      job_(job),
      options_(options),
      walker_(std::make_shared<storage::TreeWalker>(key)),
      rng_(parts.runtime.rng().split(concat("check/", job->status.id))),
      exits_(parts.runtime, parts.pool),
      fetcher_(parts, job, exits_),
      under_way_(parts.runtime, job, kCheckedAtOnce),
      tasks_(parts.runtime) {
    job_->when_over([this] {
        exits_.close();
        under_way_.wake();
    });
}

Task<void> CheckJob::run() {
    auto done = co_await check();
    if (!done) job_->fail(done.error());
    co_await tasks_.drained();
    exits_.close();
    co_await fetcher_.drained();
    if (done) job_->finish();
}

Task<Result<>> CheckJob::check() {
    job_->set_phase("checking");
    job_->status.check.emplace();
    while (auto node = walker_->next()) {
        const auto memory = std::uint64_t{node->ref.profile.k} * node->ref.profile.block();
        auto room = co_await under_way_.room(parts_.memory, memory);
        if (!room) co_return room;
        auto segment = enter(*node);
        if (!segment) co_return segment.error();
        if (node->ref.kind == storage::SegmentKind::leaf) {
            under_way_.began();
            tasks_.spawn(check_leaf(*segment, parts_.memory.share(memory)));
            walker_->pass_leaf();
            continue;
        }
        auto checked = co_await check_branch(*segment);
        if (!checked) co_return checked;
    }
    auto landed = co_await under_way_.all_landed();
    if (!landed) co_return landed;
    sum_up();
    co_return ok();
}

// A place in the report, in the order of the tree.
Result<CheckJob::SegmentPtr> CheckJob::enter(const storage::TreeNode& node) {
    auto& segments = job_->status.check->segments;
    if (segments.size() >= limits::kMostSegments)
        return error(Code::limit, concat("the file has more than ", limits::kMostSegments, " segments"));
    auto out = std::make_shared<Segment>();
    out->node = node;
    out->at = segments.size();
    CheckReport::Segment told;
    told.level = node.level;
    told.index = node.index;
    told.k = node.ref.profile.k;
    told.n = node.ref.profile.n;
    segments.push_back(told);
    job_->status.progress.blocks_needed += told.n;
    return out;
}

Task<void> CheckJob::check_leaf(SegmentPtr segment, std::shared_ptr<MemoryBudget::Share> memory) {
    auto looked = co_await look_at_leaf(segment);
    if (looked) {
        conclude(*segment);
    } else {
        job_->fail(looked.error());
    }
    memory.reset();
    under_way_.landed();
}

Task<Result<>> CheckJob::look_at_leaf(SegmentPtr segment) {
    auto claimed = start(&CheckJob::claim, segment);
    if (options_.verify || doubtful_) {
        auto read = co_await read_whole(segment);
        if (!read) co_return read;
    } else {
        co_await sample(segment, all_of(segment->node.ref.profile.n));
    }
    auto claims = co_await claimed->wait(kNever);
    if (!claims) co_return claims.error();
    // A body that was asked for blindly, and of which nobody says that it is there, is no failure: then one
    // is asked for of which two exits say so.
    const auto reported = segment->claims.reported();
    if (segment->verified == 0 && reported != 0 && !(segment->asked & reported))
        co_await sample(segment, reported);
    const auto missing = segment->asked & ~segment->verified & reported;
    if (missing == 0) co_return ok();
    doubtful_ = true;
    co_return co_await read_whole(segment);
}

// A branch is read whole: there is no other way to what is under it.
Task<Result<>> CheckJob::check_branch(SegmentPtr segment) {
    auto claimed = start(&CheckJob::claim, segment);
    auto gathered = co_await fetcher_.gather(segment->node);
    auto claims = co_await claimed->wait(kNever);
    if (gathered.failure) co_return *gathered.failure;
    if (!claims) co_return claims.error();
    for (const auto& block : gathered.blocks) segment->verified |= bit(block.id().index);
    segment->asked = segment->verified;
    conclude(*segment);
    auto walker = walker_;
    auto blocks = std::make_shared<std::vector<storage::Block>>(std::move(gathered.blocks));
    std::function<Result<>()> work = [walker, blocks]() -> Result<> {
        auto stripe = storage::SealedStripe::recover(*blocks);
        if (!stripe) return stripe.error();
        auto branch = walker->enter_branch(std::move(*stripe));
        if (!branch) return branch.error();
        return ok();
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

// ---- what exits say

CheckJob::Done CheckJob::start(Task<Result<>> (CheckJob::*what)(SegmentPtr), SegmentPtr segment) {
    auto done = std::make_shared<routing::Promise<bool>>(parts_.runtime);
    tasks_.spawn(run_into((this->*what)(std::move(segment)), done));
    return done;
}

Task<void> CheckJob::run_into(Task<Result<>> task, Done done) {
    auto result = co_await std::move(task);
    if (result) {
        done->set(true);
    } else {
        done->set(result.error());
    }
}

// Two at once, and a third about what they disagree on or when one of them gave no answer.
Task<Result<>> CheckJob::claim(SegmentPtr segment) {
    auto other = start(&CheckJob::ask_second, segment);
    auto first = co_await ask(segment, segment->at);
    auto second = co_await other->wait(kNever);
    if (auto still = job_->alive(); !still) co_return still;
    for (std::size_t i = 2; i < kMostAsked && segment->claims.needs_more(segment->verified); ++i) {
        auto further = co_await ask(segment, segment->at + i);
        if (auto still = job_->alive(); !still) co_return still;
        if (!further) first = std::move(further);
    }
    if (segment->claims.words() >= Claims::kWords) co_return ok();
    co_return first ? Result<>(error(Code::unreachable, "no two exits could be asked")) : first;
}

Task<Result<>> CheckJob::ask(SegmentPtr segment, std::size_t slot) {
    auto circuit = co_await exits_.get(slot % kExitsPerJob, parts_.runtime.now() + limits::kHaveJob);
    if (!circuit) co_return circuit.error();
    auto had = co_await ask_have(parts_.runtime, *circuit, segment->node.ref, limits::kHaveJob);
    if (!had) {
        exits_.failed(*circuit, had.error());
        co_return had.error();
    }
    exits_.served(*circuit);
    segment->claims.add(had->have, had->absent);
    co_return ok();
}

// ---- bodies

// One of `among`, at random; the first time beside the question which are there.
Task<void> CheckJob::sample(SegmentPtr segment, BlockMask among) {
    const auto deadline = parts_.runtime.now() + limits::kHaveJob;
    auto circuit = co_await exits_.get((segment->at + 2) % kExitsPerJob, deadline);
    if (!circuit) co_return;
    auto call = sample_call(segment->node.ref, pick_from(among, *rng_));
    segment->asked |= call.want;
    auto end = co_await fetch_blocks(parts_.runtime, *circuit, std::move(call));
    if (end) segment->verified |= end->got;
}

Task<Result<>> CheckJob::read_whole(SegmentPtr segment) {
    auto gathered = co_await fetcher_.gather(segment->node);
    for (const auto& block : gathered.blocks) segment->verified |= bit(block.id().index);
    segment->asked |= segment->verified;
    segment->failed = gathered.failure.has_value();
    // That there are too few is what a check is for.
    if (gathered.failure && !gathered.failure->is(Code::not_found)) co_return *gathered.failure;
    co_return ok();
}

// ---- the report

// Of a segment that was read and did not come whole, nobody's word counts.
void CheckJob::conclude(const Segment& segment) {
    auto& report = *job_->status.check;
    auto& told = report.segments[segment.at];
    const bool word_counts = !segment.failed || count_of(segment.verified) >= told.k;
    const auto reported = word_counts ? segment.claims.reported() : 0;
    told.verified = count_of(segment.verified);
    told.available = count_of(segment.verified | reported);
    report.bodies_read += told.verified;
    report.bodies_asked += count_of(segment.asked & (segment.verified | segment.claims.reported()));
    told.absent = count_of(segment.claims.absent() & ~segment.verified);
    job_->status.progress.blocks_done += told.available;
    job_->changed();
}

void CheckJob::sum_up() {
    auto& report = *job_->status.check;
    report.readable = report.reported = true;
    report.estimated_survival = 1;
    for (const auto& segment : report.segments) {
        report.readable = report.readable && segment.verified >= segment.k;
        report.reported = report.reported && segment.available >= segment.k;
        const std::vector<unsigned> apart(segment.available,
                                          1);  // as if each block were on a vault of its own
        report.estimated_survival *= survival_probability(apart, segment.k, kAssumedAway);
    }
}

}  // namespace catacomb::node
