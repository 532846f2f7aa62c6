#include "node/client/get_job.hpp"

#include "base/log.hpp"
#include "node/client/placement_report.hpp"

namespace catacomb::node {
namespace {
constexpr std::size_t kAhead = 6;  // segments, about 8 MiB
// Of a check: 1.4 TB. A key made to harm names one branch again and again, and its tree has no end worth
// waiting for.
constexpr std::size_t kMostSegments = 1 << 20;
}  // namespace

GetJob::GetJob(ClientParts& parts, JobPtr job, storage::ReadKey key, std::shared_ptr<ByteSink> to)
    : parts_(parts),
      job_(job),
      reader_(std::make_shared<storage::FileReader>(std::move(key))),
      to_(std::move(to)),
      fetcher_(parts, job),
      tasks_(parts.runtime) {
    job_->when_over([this] { fetcher_.close(); });
}

Task<void> GetJob::run() {
    auto done = co_await get();
    if (!done) job_->fail(done.error());
    co_await tasks_.drained();
    if (done) job_->finish();
}

Task<Result<>> GetJob::get() {
    job_->set_phase("fetching");
    while (!reader_->done()) {
        fetch_ahead();
        const auto node = *reader_->next();
        auto promise = ahead_.at({node.level, node.index});
        auto stripe = co_await promise->wait(kNever);
        ahead_.erase({node.level, node.index});
        if (!stripe) co_return stripe.error();
        auto delivered = co_await deliver(std::move(*stripe));
        if (!delivered) co_return delivered;
    }
    co_return co_await to_->end();
}

void GetJob::fetch_ahead() {
    for (const auto& node : reader_->upcoming(kAhead)) {
        auto& promise = ahead_[{node.level, node.index}];
        if (promise) continue;
        promise = std::make_shared<routing::Promise<StripePtr>>(parts_.runtime);
        job_->status.progress.blocks_needed += node.ref.profile.k;
        tasks_.spawn(fetch_into(node, promise));
    }
}

Task<void> GetJob::fetch_into(storage::TreeNode node, Ahead promise) {
    auto stripe = co_await fetcher_.fetch(node);
    promise->set(std::move(stripe));
}

Task<Result<>> GetJob::deliver(StripePtr stripe) {
    auto reader = reader_;
    std::function<Result<storage::Plaintext>()> work = [reader, stripe] {
        return reader->deliver(std::move(*stripe));
    };
    auto plain = co_await routing::on_worker(parts_.runtime, std::move(work));
    if (!plain) co_return plain.error();
    if (auto still = job_->alive(); !still) co_return still;
    ++segments_;
    GetReport report;
    report.name = reader_->name();
    report.size = reader_->size();
    report.segments = segments_;
    report.blocks_fetched = fetcher_.blocks_fetched();
    job_->status.get = report;
    job_->status.progress.bytes_total = report.size;
    if (!begun_) {
        begun_ = true;
        auto begun = co_await to_->begin(report);
        if (!begun) co_return begun;
    }
    const auto size = plain->size;
    if (size > 0) {
        auto& buffer = plain->buffer;
        buffer.resize(plain->offset + size);
        if (plain->offset > 0)
            buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(plain->offset));
        auto written = co_await to_->write(std::move(buffer));
        if (!written) co_return written;
    }
    job_->advance(size);
    co_return job_->alive();
}

CheckJob::CheckJob(ClientParts& parts, JobPtr job, storage::VerifyKey key)
    : parts_(parts), job_(job), walker_(std::make_shared<storage::TreeWalker>(key)), fetcher_(parts, job) {
    job_->when_over([this] { fetcher_.close(); });
}

Task<void> CheckJob::run() {
    auto done = co_await check();
    if (done) {
        job_->finish();
    } else {
        job_->fail(done.error());
    }
}

Task<Result<>> CheckJob::check() {
    job_->set_phase("checking");
    auto& report = job_->status.check.emplace();
    report.readable = true;
    report.estimated_survival = 1;
    while (auto node = walker_->next()) {
        if (report.segments.size() >= kMostSegments)
            co_return error(Code::limit, concat("the file has more than ", kMostSegments, " segments"));
        auto checked = co_await check_segment(*node, report);
        if (!checked) co_return checked;
        job_->changed();
    }
    co_return ok();
}

Task<Result<>> CheckJob::check_segment(storage::TreeNode node, CheckReport& report) {
    auto had = co_await fetcher_.have(node);
    if (!had) co_return had.error();
    CheckReport::Segment segment;
    segment.level = node.level;
    segment.index = node.index;
    segment.k = node.ref.profile.k;
    segment.n = node.ref.profile.n;
    segment.available = static_cast<unsigned>(__builtin_popcountll(had->have));
    segment.absent = static_cast<unsigned>(__builtin_popcountll(had->absent));
    report.segments.push_back(segment);
    report.readable = report.readable && segment.available >= segment.k;
    const std::vector<unsigned> apart(segment.available, 1);  // as if each block were on a vault of its own
    report.estimated_survival *= survival_probability(apart, segment.k, kAssumedAway);
    job_->status.progress.blocks_needed += segment.n;
    job_->status.progress.blocks_done += segment.available;
    if (node.ref.kind == storage::SegmentKind::leaf) {
        walker_->pass_leaf();
        co_return ok();
    }
    auto stripe = co_await fetcher_.fetch(node);
    if (!stripe) co_return stripe.error();
    auto walker = walker_;
    auto held = std::move(*stripe);
    std::function<Result<>()> work = [walker, held]() -> Result<> {
        auto branch = walker->enter_branch(std::move(*held));
        if (!branch) return branch.error();
        return ok();
    };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

}  // namespace catacomb::node
