#include "node/client/insert_job.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "node/client/spool.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kSegmentsAtOnce = 4;
constexpr std::size_t kChunk = 1024 * 1024;
constexpr unsigned kRounds = 4;
constexpr unsigned kBodiesChecked = 2;

// A file from the spool, as if it came from its source.
class SpooledSource final : public ByteSource {
public:
    SpooledSource(Runtime& runtime, std::shared_ptr<Spool> spool)
        : runtime_(runtime), spool_(std::move(spool)) {}
    Task<Result<Bytes>> read(std::size_t) override {
        std::function<Result<Bytes>()> work = [spool = spool_] { return spool->read(); };
        co_return co_await routing::on_worker(runtime_, std::move(work));
    }

private:
    Runtime& runtime_;
    std::shared_ptr<Spool> spool_;
};

}  // namespace

InsertJob::InsertJob(ClientParts& parts, JobPtr job, InsertOptions options, std::shared_ptr<ByteSource> from)
    : parts_(parts),
      job_(std::move(job)),
      options_(std::move(options)),
      from_(std::move(from)),
      exits_(parts.runtime, parts.pool),
      rng_(parts.runtime.rng().split(concat("insert/", job_->status.id))),
      landed_(parts.runtime),
      tasks_(parts.runtime) {
    // What is under way ends then: a closed circuit fails whatever waits on it, and the rest asks alive().
    job_->when_over([this] {
        exits_.close();
        landed_.open();
    });
}

Task<void> InsertJob::run() {
    auto done = co_await insert();
    if (!done) job_->fail(done.error());
    co_await tasks_.drained();
    parts_.spooled -= spooled_;
    if (done) job_->finish();
}

Task<Result<>> InsertJob::insert() {
    if (!options_.content_hash || !options_.size) {
        auto spooled = co_await spool_input();
        if (!spooled) co_return spooled;
    }
    lease_end_ = lease_end_at(parts_.runtime.now());
    auto& progress = job_->status.progress;
    progress.bytes_total = *options_.size;
    job_->set_phase("storing");

    storage::InsertParameters parameters;
    parameters.convergence_secret =
        options_.convergent ? storage::convergent_secret() : parts_.convergence_secret.clone();
    auto hash = crypto::Digest::from(*options_.content_hash);
    if (!hash) co_return error(Code::bad_input, "the content hash is not 32 bytes");
    parameters.file_hash = *hash;
    parameters.size = *options_.size;
    parameters.name = options_.name;
    auto created = storage::FileDisperser::create(std::move(parameters));
    if (!created) co_return created.error();
    auto disperser = std::make_shared<storage::FileDisperser>(std::move(*created));
    progress.blocks_needed = 0;
    auto dispersed = co_await disperse(disperser);
    if (!dispersed) co_return dispersed;
    while (in_flight_ > 0) {
        if (co_await landed_.wait(kNever) == routing::Wake::closed) co_return error(Code::closed);
    }
    if (auto still = job_->alive(); !still) co_return still;
    auto key = disperser->finish();
    if (!key) co_return key.error();
    auto report = report_.report();
    report.key = key->encode();
    job_->status.insert = std::move(report);
    co_return ok();
}

Task<Result<>> InsertJob::spool_input() {
    job_->set_phase("reading");
    auto& runtime = parts_.runtime;
    auto created = Spool::create(parts_.spool_directory, *rng_);
    if (!created) co_return created.error();
    std::shared_ptr<Spool> spool = std::move(*created);
    auto hasher = std::make_shared<crypto::ContentHasher>();
    for (;;) {
        auto chunk = co_await from_->read(kChunk);
        if (!chunk) co_return chunk.error();
        if (auto still = job_->alive(); !still) co_return still;
        if (chunk->empty()) break;
        if (parts_.spooled + chunk->size() > parts_.spool_limit)
            co_return error(Code::limit,
                            "too much input is spooled; insert it from a file, or raise limits.spool");
        parts_.spooled += chunk->size();
        spooled_ += chunk->size();
        auto bytes = std::make_shared<Bytes>(std::move(*chunk));
        std::function<Result<>()> work = [spool, hasher, bytes] {
            hasher->add(*bytes);
            return spool->append(*bytes);
        };
        auto written = co_await routing::on_worker(runtime, std::move(work));
        if (!written) co_return written;
    }
    std::function<Result<>()> work = [spool] { return spool->rewind(); };
    auto rewound = co_await routing::on_worker(runtime, std::move(work));
    if (!rewound) co_return rewound;
    options_.content_hash = to_bytes(hasher->digest().view());
    options_.size = spool->size();
    from_ = std::make_shared<SpooledSource>(runtime, std::move(spool));
    co_return ok();
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

// Waits until there is room for one more segment under way.
Task<Result<>> InsertJob::hand_over(storage::NewSegment segment) {
    while (in_flight_ >= kSegmentsAtOnce) {
        if (co_await landed_.wait(kNever) == routing::Wake::closed) co_return error(Code::closed);
        if (auto still = job_->alive(); !still) co_return still;
    }
    ++in_flight_;
    job_->status.progress.blocks_needed += segment.blocks.profile().n;
    auto blocks = std::make_shared<const storage::SegmentBlocks>(std::move(segment.blocks));
    tasks_.spawn(keep_segment(std::move(blocks), segments_++));
    co_return ok();
}

Task<void> InsertJob::keep_segment(std::shared_ptr<const storage::SegmentBlocks> segment,
                                   std::uint64_t number) {
    auto stored = co_await store_and_check(segment, number);
    if (!stored) job_->fail(stored.error());
    --in_flight_;
    const auto done_to = job_->status.progress.bytes_total;
    const auto before = job_->status.progress.bytes_done;
    // A branch adds no bytes of the file; the last leaf is shorter than its room.
    if (stored && done_to && before < *done_to) {
        job_->advance(std::min<std::uint64_t>(segment->profile().capacity(), *done_to - before));
    }
    landed_.open();
}

Task<Result<>> InsertJob::store_and_check(std::shared_ptr<const storage::SegmentBlocks> segment,
                                          std::uint64_t number) {
    const auto& profile = segment->profile();
    const auto deadline = parts_.runtime.now() + limits::kSegment;
    const auto first_slot = static_cast<std::size_t>(number) % kExitsPerJob;
    Placed placed;
    Error last = error(Code::timed_out, "the blocks could not be stored in time");
    for (unsigned round = 0; round < kRounds && parts_.runtime.now() < deadline; ++round) {
        const auto slot = (first_slot + round) % kExitsPerJob;
        co_await store_missing(segment, placed, slot, deadline);
        if (auto still = job_->alive(); !still) co_return still;
        // Through another exit than the one that stored.
        auto checked = co_await check(segment, placed, (slot + 1) % kExitsPerJob, deadline);
        if (auto still = job_->alive(); !still) co_return still;
        if (!checked) {
            last = checked.error();
            job_->failed_block(last.text());
            continue;
        }
        const auto count = static_cast<unsigned>(__builtin_popcountll(placed.witnessed));
        if (count == profile.n || (count >= happiness(profile) && round + 1 >= 2)) break;
        // What another exit does not find is not there.
        placed.keep(placed.witnessed);
    }
    placed.keep(placed.witnessed);
    const auto count = static_cast<unsigned>(placed.given.size());
    if (count < happiness(profile)) {
        if (!placed.failure.empty())
            last = error(Code::refused, "vaults took too few blocks: " + placed.failure);
        co_return error(last.code, concat("only ", count, " of ", static_cast<unsigned>(profile.n),
                                          " blocks of a segment could be stored (", happiness(profile),
                                          " are needed): ", last.text()));
    }
    report_.add(profile, placed.given);
    co_return ok();
}

Task<void> InsertJob::store_missing(std::shared_ptr<const storage::SegmentBlocks> segment, Placed& placed,
                                    std::size_t slot, Time deadline) {
    const auto want = all_of(segment->profile().n) & ~placed.mask();
    if (want == 0) co_return;
    auto circuit = co_await exits_.get(slot, deadline);
    if (!circuit) {
        placed.failure = circuit.error().text();
        co_return job_->failed_block(circuit.error().text());
    }
    auto stored = co_await store_blocks(parts_.runtime, *circuit, segment, want, lease_end_, parts_.view,
                                        parts_.proofs, limits::kStoreJob);
    if (!stored) {
        exits_.drop(*circuit);
        placed.failure = stored.error().text();
        co_return job_->failed_block(stored.error().text());
    }
    placed.failure = stored->failure;
    if (!stored->failure.empty()) job_->failed_block(stored->failure);
    if (stored->acknowledged.empty()) exits_.drop(*circuit);
    for (auto& one : stored->acknowledged) {
        placed.stored_by[(*circuit)->endpoint().id] |= bit(one.index);
        placed.given.push_back(std::move(one));
    }
    job_->status.progress.blocks_done += stored->acknowledged.size();
    job_->changed();
}

BlockMask InsertJob::Placed::mask() const {
    BlockMask out = 0;
    for (const auto& one : given) out |= bit(one.index);
    return out;
}

void InsertJob::Placed::keep(BlockMask kept) {
    std::erase_if(given, [kept](const auto& one) { return !(kept & bit(one.index)); });
    for (auto& [exit, stored] : stored_by) stored &= kept;
}

// HAVE for all of them, and two bodies, verified here. An exit's word for what it stored itself counts for
// nothing.
Task<Result<>> InsertJob::check(std::shared_ptr<const storage::SegmentBlocks> segment, Placed& placed,
                                std::size_t slot, Time deadline) {
    if (placed.mask() == 0) co_return ok();
    auto circuit = co_await exits_.get(slot, deadline);
    if (!circuit) co_return circuit.error();
    const auto others = placed.mask() & ~placed.stored_by[(*circuit)->endpoint().id];
    const auto credible = others | placed.witnessed;
    if (credible == 0) {
        co_return error(Code::unreachable, "no other exit can be reached to check what was stored");
    }
    storage::SegmentRef ref;
    ref.root = segment->root();
    ref.profile = segment->profile();
    auto had = co_await ask_have(parts_.runtime, *circuit, ref, limits::kHaveJob);
    if (!had) {
        exits_.drop(*circuit);
        co_return had.error();
    }
    std::vector<unsigned> indices;
    for (unsigned i = 0; i < ref.profile.n; ++i) {
        if (had->have & credible & bit(i)) indices.push_back(i);
    }
    rng_->shuffle(indices);
    BlockMask want = 0;
    for (unsigned i = 0; i < std::min<std::size_t>(kBodiesChecked, indices.size()); ++i) {
        want |= bit(indices[i]);
    }
    if (want == 0) {
        placed.witnessed = 0;
        co_return ok();
    }
    auto bodies =
        co_await fetch_blocks(parts_.runtime, *circuit, ref, want, kBodiesChecked, limits::kFetchJob);
    if (!bodies) {
        exits_.drop(*circuit);
        co_return bodies.error();
    }
    // A body that is promised and does not come is a block that is not there.
    for (const auto& block : bodies->blocks) want &= ~bit(block.id().index);
    placed.witnessed = had->have & credible & ~want;
    co_return ok();
}

}  // namespace catacomb::node
