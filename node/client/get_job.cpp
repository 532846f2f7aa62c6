#include "node/client/get_job.hpp"

namespace catacomb::node {

GetJob::GetJob(ClientParts& parts, JobPtr job, storage::ReadKey key, std::shared_ptr<ByteSink> to)
    : parts_(parts),
      job_(job),
      reader_(std::make_shared<storage::FileReader>(std::move(key))),
      to_(std::move(to)),
      exits_(parts.runtime, parts.pool),
      fetcher_(parts, job, exits_),
      tasks_(parts.runtime) {
    job_->when_over([this] { exits_.close(); });
}

Task<void> GetJob::run() {
    auto done = co_await get();
    if (!done) job_->fail(done.error());
    exits_.close();
    co_await tasks_.drained();
    co_await fetcher_.drained();
    if (done) job_->finish();
}

Task<Result<>> GetJob::get() {
    job_->set_phase("fetching");
    while (!reader_->done()) {
        fetch_ahead();
        const auto node = *reader_->next();
        auto promise = ahead_.at({node.level, node.index}).stripe;
        auto stripe = co_await promise->wait(kNever);
        if (!stripe) co_return stripe.error();
        auto delivered = co_await deliver(std::move(*stripe));
        ahead_.erase({node.level, node.index});
        if (!delivered) co_return delivered;
    }
    co_return co_await to_->end();
}

// The next one in any case, and others while there is memory.
void GetJob::fetch_ahead() {
    bool is_next = true;
    for (const auto& node : reader_->upcoming(kFetchedAtOnce)) {
        const Place place{node.level, node.index};
        const bool must = std::exchange(is_next, false);
        if (ahead_.count(place)) continue;
        // Its blocks, and the stripe that comes of them.
        const auto memory = 2 * std::uint64_t{node.ref.profile.k} * node.ref.profile.block();
        if (!must && !parts_.memory.has_room(memory)) return;
        auto promise = std::make_shared<routing::Promise<StripePtr>>(parts_.runtime);
        ahead_[place] = Ahead{promise, parts_.memory.take(memory)};
        job_->status.progress.blocks_needed += node.ref.profile.k;
        tasks_.spawn(fetch_into(node, promise));
    }
}

Task<void> GetJob::fetch_into(storage::TreeNode node, std::shared_ptr<routing::Promise<StripePtr>> promise) {
    auto stripe = co_await fetcher_.fetch(node);
    promise->set(std::move(stripe));
}

GetReport GetJob::report() const {
    GetReport out;
    out.name = reader_->name();
    out.size = reader_->size();
    out.segments = segments_;
    out.blocks_fetched = fetcher_.blocks_fetched();
    return out;
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
    job_->status.get = report();
    job_->status.progress.bytes_total = reader_->size();
    if (!begun_) {
        begun_ = true;
        auto begun = co_await to_->begin(report());
        if (!begun) co_return begun;
    }
    co_return co_await write(std::move(*plain));
}

Task<Result<>> GetJob::write(storage::Plaintext plain) {
    const auto size = plain.size;
    if (size > 0) {
        auto& buffer = plain.buffer;
        buffer.resize(plain.offset + size);
        if (plain.offset > 0)
            buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(plain.offset));
        auto written = co_await to_->write(std::move(buffer));
        if (!written) co_return written;
    }
    job_->advance(size);
    co_return job_->alive();
}

}  // namespace catacomb::node
