// InsertJob: a file in, a key out (docs/architecture.md, Life of a file). Segments are dispersed one after
// the other on a worker and placed side by side; what a passed segment needs to be looked at again is kept to
// the end, its bytes are not, so memory hardly grows with the file.
#pragma once

#include "crypto/hash.hpp"
#include "node/client/parts.hpp"
#include "node/client/segment_placer.hpp"
#include "node/client/under_way.hpp"
#include "node/protocol/limits.hpp"
#include "storage/tree/disperser.hpp"

namespace catacomb::node {

class InsertJob {
public:
    InsertJob(ClientParts& parts, JobPtr job, InsertOptions options, std::shared_ptr<ByteSource> from);

    // Runs to the end and leaves the outcome in the job.
    Task<void> run();

private:
    Task<Result<>> insert();
    Task<Result<>> spool();
    Result<std::shared_ptr<storage::FileDisperser>> disperser();
    Task<Result<>> disperse(std::shared_ptr<storage::FileDisperser> disperser);
    Task<Result<>> disperse_chunk(std::shared_ptr<storage::FileDisperser> disperser,
                                  std::shared_ptr<Bytes> chunk);
    Task<Result<>> hand_over(storage::NewSegment segment);

    Task<void> place_new(std::size_t number, SegmentBlocksPtr blocks,
                         std::shared_ptr<MemoryBudget::Share> memory);
    Task<Result<>> settle();
    std::vector<std::size_t> undone_segments();
    Task<void> place_again(std::size_t number, std::shared_ptr<MemoryBudget::Share> memory);
    std::size_t least_used_slot() const;
    InsertReport report() const;

    ClientParts& parts_;
    JobPtr job_;
    InsertOptions options_;
    std::shared_ptr<ByteSource> from_;
    ExitSet exits_;
    SegmentPlacer placer_;
    std::deque<Placing> segments_;
    bool single_ = false;        // the file is one segment
    std::uint64_t spooled_ = 0;  // bytes, of parts_.spooled
    UnderWay under_way_;
    std::array<std::size_t, kExitsPerJob> in_slot_{};  // of those under way for the first time
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
