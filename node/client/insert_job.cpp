#include "node/client/insert_job.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "node/client/placement_report.hpp"
#include "node/client/spooling.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

// Data and parity.
std::uint64_t memory_of(const storage::Profile& profile) { return profile.n * profile.block(); }

}  // namespace

InsertJob::InsertJob(ClientParts& parts, JobPtr job, InsertOptions options, std::shared_ptr<ByteSource> from)
    : parts_(parts),
      job_(std::move(job)),
      options_(std::move(options)),
      from_(std::move(from)),
      exits_(parts.runtime, parts.pool),
      placer_(parts, job_, exits_),
      under_way_(parts.runtime, job_, kStoredAtOnce),
      tasks_(parts.runtime) {
    // What is under way ends then: a closed circuit fails whatever waits on it, and the rest asks alive().
    job_->when_over([this] {
        exits_.close();
        under_way_.wake();
    });
}

Task<void> InsertJob::run() {
    auto done = co_await insert();
    if (!done) job_->fail(done.error());
    exits_.close();
    co_await tasks_.drained();
    co_await placer_.drained();
    parts_.spooled -= spooled_;
    if (done) job_->finish();
}

Task<Result<>> InsertJob::insert() {
    if (!options_.content_hash || !options_.size) {
        auto spooled = co_await spool();
        if (!spooled) co_return spooled;
    }
    placer_.ask_for_lease(lease_end_after(parts_.runtime.now(), limits::kLease));
    auto& progress = job_->status.progress;
    progress.bytes_total = *options_.size;
    job_->set_phase("storing");
    auto created = disperser();
    if (!created) co_return created.error();
    auto held = *created;
    single_ = held->shape().single_leaf();
    progress.blocks_needed = 0;
    auto dispersed = co_await disperse(held);
    if (!dispersed) co_return dispersed;
    auto settled = co_await settle();
    if (!settled) co_return settled;
    auto key = held->finish();
    if (!key) co_return key.error();
    auto told = report();
    told.key = key->encode();
    job_->status.insert = std::move(told);
    co_return ok();
}

Task<Result<>> InsertJob::spool() {
    job_->set_phase("reading");
    auto rng = parts_.runtime.rng().split(concat("spool/", job_->status.id));
    auto spooled = co_await spool_input(parts_, job_, from_, *rng, spooled_);
    if (!spooled) co_return spooled.error();
    options_.content_hash = std::move(spooled->content_hash);
    options_.size = spooled->size;
    from_ = std::move(spooled->source);
    co_return ok();
}

Result<std::shared_ptr<storage::FileDisperser>> InsertJob::disperser() {
    storage::InsertParameters parameters;
    parameters.convergence_secret =
        options_.convergent ? storage::convergent_secret() : parts_.convergence_secret.clone();
    auto hash = crypto::Digest::from(*options_.content_hash);
    if (!hash) return error(Code::bad_input, "the content hash is not 32 bytes");
    parameters.file_hash = *hash;
    parameters.size = *options_.size;
    parameters.name = options_.name;
    auto created = storage::FileDisperser::create(std::move(parameters));
    if (!created) return created.error();
    return std::make_shared<storage::FileDisperser>(std::move(*created));
}

Task<Result<>> InsertJob::disperse(std::shared_ptr<storage::FileDisperser> disperser) {
    for (;;) {
        auto chunk = co_await from_->read(kChunk);
        if (!chunk) co_return chunk.error();
        auto bytes = std::make_shared<Bytes>(std::move(*chunk));
        const bool end = bytes->empty();
        auto done = co_await disperse_chunk(disperser, bytes);
        if (!done || end) co_return done;
    }
}

// Feeds one chunk and hands over every segment that it completes; an empty chunk brings out the last ones.
Task<Result<>> InsertJob::disperse_chunk(std::shared_ptr<storage::FileDisperser> disperser,
                                         std::shared_ptr<Bytes> chunk) {
    struct Step {
        std::size_t fed = 0;
        std::optional<storage::NewSegment> segment;
    };
    std::size_t at = 0;
    for (;;) {
        std::function<Result<Step>()> work = [disperser, chunk, at]() -> Result<Step> {
            Step step;
            if (at < chunk->size()) {
                auto fed = disperser->feed(ByteView(*chunk).subspan(at));
                if (!fed) return fed.error();
                step.fed = *fed;
            }
            auto segment = disperser->next();
            if (!segment) return segment.error();
            step.segment = std::move(*segment);
            return step;
        };
        auto step = co_await routing::on_worker(parts_.runtime, std::move(work));
        if (!step) co_return step.error();
        at += step->fed;
        if (auto still = job_->alive(); !still) co_return still;
        if (step->segment) {
            auto handed = co_await hand_over(std::move(*step->segment));
            if (!handed) co_return handed;
        } else if (at == chunk->size()) {
            co_return ok();
        } else if (step->fed == 0) {
            co_return error(Code::changed, "the input is longer than it was when it was hashed");
        }
    }
}

// ---- segments under way

// A segment on which the others depend, or that stands alone, is read back itself; leaves vouch for each
// other.
Task<Result<>> InsertJob::hand_over(storage::NewSegment segment) {
    storage::SegmentRef ref;
    ref.root = segment.blocks.root();
    ref.profile = segment.blocks.profile();
    const auto memory = memory_of(ref.profile);
    auto room = co_await under_way_.room(parts_.memory, memory);
    if (!room) co_return room;
    job_->status.progress.blocks_needed += ref.profile.n;
    const bool whole = single_ || segment.level > 0;
    const auto slot = least_used_slot();
    segments_.emplace_back(ref, whole, slot);
    under_way_.began();
    ++in_slot_[slot];
    auto blocks = std::make_shared<const storage::SegmentBlocks>(std::move(segment.blocks));
    tasks_.spawn(place_new(segments_.size() - 1, std::move(blocks), parts_.memory.share(memory)));
    co_return ok();
}

std::size_t InsertJob::least_used_slot() const {
    return static_cast<std::size_t>(std::min_element(in_slot_.begin(), in_slot_.end()) - in_slot_.begin());
}

Task<void> InsertJob::place_new(std::size_t number, SegmentBlocksPtr blocks,
                                std::shared_ptr<MemoryBudget::Share> memory) {
    auto& placing = segments_[number];
    const auto slot = placing.state().first_slot;
    auto placed = co_await placer_.place(placing, std::move(blocks));
    if (!placed) job_->fail(placed.error());
    memory.reset();
    --in_slot_[slot];
    const auto total = job_->status.progress.bytes_total;
    const auto before = job_->status.progress.bytes_done;
    // A branch adds no bytes of the file; the last leaf is shorter than its room.
    if (placed && total && before < *total) {
        job_->advance(std::min<std::uint64_t>(placing.state().profile.capacity(), *total - before));
    }
    under_way_.landed();
}

// ---- segments that passed

// What was learned of vaults since a segment passed may make it less than it was: it is looked at again,
// until all stand side by side on what is known at the end.
Task<Result<>> InsertJob::settle() {
    for (;;) {
        auto landed = co_await under_way_.all_landed();
        if (!landed) co_return landed;
        const auto undone = undone_segments();
        if (undone.empty()) co_return ok();
        job_->set_phase("checking");
        for (const auto number : undone) {
            const auto memory = memory_of(segments_[number].state().profile);
            auto room = co_await under_way_.room(parts_.memory, memory);
            if (!room) co_return room;
            under_way_.began();
            tasks_.spawn(place_again(number, parts_.memory.share(memory)));
        }
    }
}

std::vector<std::size_t> InsertJob::undone_segments() {
    std::vector<std::size_t> out;
    for (std::size_t number = 0; number < segments_.size(); ++number) {
        if (!segments_[number].is_done(placer_.evidence())) out.push_back(number);
    }
    return out;
}

Task<void> InsertJob::place_again(std::size_t number, std::shared_ptr<MemoryBudget::Share> memory) {
    SegmentBlocksPtr not_in_memory;
    auto placed = co_await placer_.place(segments_[number], not_in_memory);
    if (!placed) job_->fail(placed.error());
    memory.reset();
    under_way_.landed();
}

InsertReport InsertJob::report() const {
    PlacementReport out;
    for (const auto& segment : segments_) out.add(segment.state(), placer_.evidence());
    return out.report(placer_.evidence());
}

}  // namespace catacomb::node
